#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR
# Every subcommand, at work and failing, neither leaks nor touches memory that is not its own.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

if ! command -v valgrind >/dev/null; then
	skip 'memory' 'needs valgrind'
	finish
	exit
fi

make_proc
while read -r want words; do
	read -ra words <<<"$words"
	valgrind -q --leak-check=full --show-leak-kinds=definite,indirect --error-exitcode=99 \
		"$CLOSESTAT" "${words[@]}" >"$TMP/out" 2>"$TMP/err"
	rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
	if [ "$rc" = "$want" ]; then pass "${words[*]}"; else fail "${words[*]}" "$(last_run)"; fi
done <<-END
	0 --help
	0 show -z
	0 show -jp -d 1ms
	1 show nonsense
	0 show -A
	0 get
	0 get -j time_wait
	2 get nonsense
	0 set time_wait=1s guard=off
	0 set --save=$TMP/x.conf time_wait=1s guard=off
	0 set --save=$TMP/x.conf time_wait=2s
	1 set time_wait=1s guard=7
	0 purge
	0 list
	0 list -Aj --port 80
	2 kill
	0 kill -n --older 10min
	0 hist
	0 hist -j
	1 hist nonsense
	0 export
	0 export -AO -o $TMP/x.prom
END
rm -r "$PROC_ROOT/thread-self"
for command in show hist export; do
	valgrind -q --leak-check=full --error-exitcode=99 "$CLOSESTAT" "$command" \
		>"$TMP/out" 2>"$TMP/err"
	rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
	if [ "$rc" = 1 ]; then pass "$command fails"; else fail "$command fails" "$(last_run)"; fi
done

finish
