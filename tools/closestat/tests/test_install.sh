#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317 # check evaluates its condition later
# What is installed, and that the manual says what the tool does.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"
top=$(realpath "$(dirname "$0")/..")
rc='' err=''

# Also where "make -C" leads here, and would have make print directories.
unset MAKEFLAGS
out=$(make -s -C "$top" install DESTDIR="$TMP/root" PREFIX=/usr 2>&1)
rc=$?
check 'install' '[ "$rc$out" = 0 ]'
for file in sbin/closestat share/man/man8/closestat.8 share/man/man4/tcp_closestat.4 \
	share/bash-completion/completions/closestat share/zsh/site-functions/_closestat \
	lib/systemd/system/closestat-export.service lib/systemd/system/closestat-export.timer \
	lib/systemd/system/closestat-export.socket lib/systemd/system/closestat-export@.service; do
	check "has $file" '[ -s "$TMP/root/usr/$file" ]'
done
check 'the services run what is installed' \
	'[ "$(cat "$TMP"/root/usr/lib/systemd/system/*.service | grep -c "^ExecStart=-\?/usr/sbin/closestat export ")" = 2 ]'
make -s -C "$top" uninstall DESTDIR="$TMP/root" PREFIX=/usr
out=$(find "$TMP/root" -type f)
check 'uninstall leaves nothing' '[ -z "$out" ]'

# packaged FROM WORDS - what the "make install" of a package's recipe puts in place
packaged() {
	local words

	rm -rf "$TMP/root"
	words=$(sed -n ':a; /\\$/ { N; s/\\\n//; ta }; '"$1" "$root/$2")
	words=${words//%\{buildroot\}/$TMP/root}
	words=${words//%\{_prefix\}//usr}
	# shellcheck disable=SC2086 # several
	make -s -C "$root/tools" install ${words//%\{_sbindir\}/$3} 2>&1
	(cd "$TMP/root" && find . -type f)
}
root=$(realpath "$top/../..")
for sbin in sbin bin; do
	out=$(packaged 's/^make -C tools install //p' contrib/rpm/tcp_closestat.spec /usr/$sbin)
	check "RPM packages where programs are in $sbin" '[[ $out = *./usr/$sbin/closelab*  ]] &&
		[ "$(grep -c "bin/clos" <<<"$out")" = 2 ] &&
		grep -q "^ExecStart=-*/usr/$sbin/closestat " "$TMP"/root/usr/lib/systemd/system/closestat-export.service'
done
while read -r file; do
	check "the RPM package has $file, which observability.md is about" \
		'! grep -q "^rm .*$file" "$root/contrib/rpm/tcp_closestat.spec" &&
		grep -q "^%doc.*${file%/img/*}" "$root/contrib/rpm/tcp_closestat.spec"'
done < <(grep -oE 'contrib/[a-z]+|docs/img/[a-z-]+-svg' "$root/docs/observability.md" | sort -u)
out=$(packaged 's/^\tdh_auto_install .* -- \(.*\)/DESTDIR=%{buildroot} \1/p' debian/rules /usr/sbin)
check "Debian's zsh finds its completion" '[ "$(grep -c "/usr/share/zsh/vendor-completions/_close" <<<"$out")" = 2 ]'

# Every command, option, counter and setting is in the manual.
missing() {
	local page=$1 word

	# Roff writes a dash as "Fl".
	while read -r word; do
		grep -qE -- "(^|[^a-z_])(Fl )?${word#-}([^a-z_]|$)" "$top/$page" || echo "$word"
	done
}
out=$({
	"$CLOSESTAT" words
	for command in $("$CLOSESTAT" words); do "$CLOSESTAT" words options "$command"; done
} | missing closestat.8)
check 'the manual has every command and option' '[ -z "$out" ]'
counters=$(counter_names)
out=$(missing tcp_closestat.4 <<<"$counters")
check 'the manual has every counter' '[ -z "$out" ]'
check 'there are counters to look for' '[ "$(wc -l <<<"$counters")" -ge 40 ]'

if command -v mandoc >/dev/null; then
	for page in closestat.8 tcp_closestat.4; do
		# Which other manuals there are is not the page's concern.
		out=$(mandoc -T lint -W style "$top/$page" 2>&1 |
			grep -v -e 'mandoc.db' -e 'referenced manual not found')
		check "$page is well formed" '[ -z "$out" ]'
	done
else
	skip 'manual' 'mandoc is not installed'
fi
if command -v systemd-analyze >/dev/null && [ -d /run/systemd/system ]; then
	make -s -C "$top" install DESTDIR="$TMP/root" PREFIX=/usr
	sed -i "s,/usr/sbin,$TMP/root/usr/sbin," "$TMP"/root/usr/lib/systemd/system/*.service
	out=$(systemd-analyze verify "$TMP"/root/usr/lib/systemd/system/closestat-export.* 2>&1 |
		grep closestat-export)
	check 'systemd takes the units' '[ -z "$out" ]'
else
	skip 'units' 'systemd is not running'
fi

finish
