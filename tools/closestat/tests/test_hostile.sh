#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# Every command bears a /proc that is broken, cut short, endless or made to harm: it ends soon, with an
# exit code of its own, and the sanitizers it is built with have nothing to say.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"
CLOSESTAT=$(realpath "$(dirname "$0")")/closestat-asan
files=(thread-self/net/{tcp_closestat,tcp_closestat_hist,netstat,snmp} tcp_closestat_all
	sys/net/tcp_closestat/time_wait_ms sys/net/ipv4/ip_local_port_range)
commands=('show -z' 'show -j' 'show -A' 'show -d 1ms' 'hist' 'hist -j' 'get' 'get -j' 'export'
	'export -AO' 'doctor -d 1ms' 'words show' 'words hist' 'set time_wait=1s' 'purge')

# bears NAME: all commands, with what is there now.
bears() {
	local bad='' command

	for command in "${commands[@]}"; do
		# shellcheck disable=SC2086 # several words
		timeout 60 "$CLOSESTAT" $command >"$TMP/out" 2>"$TMP/err"
		rc=$?
		if [ "$rc" -gt 2 ] || grep -qE 'Sanitizer|runtime error' "$TMP/err"; then
			bad="$command: $rc $(head -c 2000 "$TMP/err")"
		fi
	done
	out=$bad err=''
	check "$1" '[ -z "$out" ]'
}

# replace HOW: every file by what the function HOW makes of it.
replace() {
	local file

	make_proc
	for file in "${files[@]}"; do "$1" "$PROC_ROOT/$file"; done
}

empty() { : >"$1"; }
gone() { rm "$1"; }
directory() { rm "$1" && mkdir "$1"; }
loop() { rm "$1" && ln -s "$1" "$1"; }
endless() { ln -sf /dev/zero "$1"; }
garbage() { head -c 100000 "$CLOSESTAT" >"$1"; }
newlines() { head -c 100000 /dev/zero | tr '\0' '\n' >"$1"; }
one_line() { head -c 3000000 /dev/zero | tr '\0' 'a' >"$1"; }
many_rows() { { echo 'version 1' && seq -f 'n%.0f 1' 5000; } >"$1"; }
same_rows() { { echo 'version 1' && yes 'ended 18446744073709551615' | head -n 3000; } >"$1"; }
escapes() { printf 'version 1\nend\033[2Jed 5\nended %%s%%n\n' >"$1"; }
half() { truncate -s $(($(stat -c %s "$1") / 2)) "$1"; }

make_proc
bears 'a good one'
for how in empty gone directory loop endless garbage newlines one_line many_rows same_rows escapes half; do
	replace "$how"
	bears "$how"
done

# What a user can choose: the name of a process.
make_proc
mkdir -p "$PROC_ROOT/7/ns" "$PROC_ROOT/8/ns"
printf 'a"\\\033[2J' >"$PROC_ROOT/7/comm"
cp /dev/null "$PROC_ROOT/8/comm"
touch "$PROC_ROOT"/{7,8}/ns/net
inode=$(stat -c %i "$PROC_ROOT/7/ns/net")
printf 'netns %s\nversion 1\nended 5\n\nnetns dead\nversion 1\n\n' "$inode" >"$PROC_ROOT/tcp_closestat_all"
run show -Aj
check 'a hostile name in JSON' '[ "$rc" = 0 ] && jq -e ".counters[1].value == 5" <<<"$out" >/dev/null'
run show -A
check 'a hostile name in text' '[ "$rc" = 0 ] && [[ $out == *"?[2J/7"* ]]'

finish
