#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# list shows, and kill ends, real sockets of a namespace of its own.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
	skip 'list' 'needs root'
	finish
	exit
fi
if [ "${1:-}" != inside ]; then
	trap - EXIT
	rm -rf "$TMP"
	exec unshare -n "$0" inside
fi

# hold STATE N: sockets in that state until release.
hold() {
	coproc holder { exec "$(dirname "$0")/hold_sockets" "$@"; }
	holder_pid=$holder_PID
	read -r ready <&"${holder[0]}"
}
release() {
	eval "exec ${holder[1]}>&-"
	wait "$holder_pid"
}
# listed N ARGUMENTS: so many sockets.
listed() {
	run list -j "${@:2}"
	[ "$rc" = 0 ] && [ "$(jq '.sockets | length' <<<"$out")" = "$1" ]
}
all() { jq -e "[.sockets[] | $1] | all" <<<"$out" >/dev/null; }

expect_run 'nothing there' 0 '' '' list
expect_run 'nothing there, in JSON' 0 '^[{]"sockets":\[\][}]$' '' list -j
expect_run 'no such filter' 2 '' "there is no filter 'colour=1'" list colour=1
expect_run 'no such state' 2 '' 'does not have a value' list --state nowhere
expect_run 'a filter for one that takes none' 2 '' 'does not take filters' purge --port 80

hold fin_wait2 3
check 'the sockets that close' 'listed 6'
check 'by state' 'listed 3 --state close-wait && all ".state == \"CLOSE_WAIT\""'
check 'by state, as a word' 'listed 3 state=fin-wait-2'
check 'whose they are' 'all ".process == \"hold_sockets\" and .pid == $holder_pid and .held_by == \"process\""'
check 'the end of input is not read' 'listed 3 --state close-wait && all ".recv_q == 1 and .local == \"127.0.0.1:7\""'
check 'who holds a port' 'listed 7 --port 7 && jq -e "any(.sockets[]; .state == \"LISTEN\")" <<<"$out" >/dev/null'
check 'by its port' 'listed 4 --sport 7'
check "by the peer's port" 'listed 3 --dport 7'
check 'by program' 'listed 6 --program hold_sockets && listed 6 --program "$holder_pid" && listed 0 --program nginx'
check 'by peer' 'listed 6 --peer 127.0.0.1 && listed 3 --peer 127.0.0.1:7 && listed 0 --peer ::1'
check 'not so old' 'listed 0 --older 10min'
expect_run 'as text' 0 "CLOSE_WAIT +(>[0-9.]+ .?s|-) .*127.0.0.1:7 +127.0.0.1:[0-9]+ +hold_sockets/$holder_pid fd [0-9]+" '' list
check 'in every namespace' 'run list -Aj --program "$holder_pid" && [ "$(jq ".sockets | length" <<<"$out")" = 6 ]'

# What the module knows of their ages goes before what sock_diag tells.
make_proc
for pid in /proc/[0-9]*; do ln -s "$pid" "$PROC_ROOT/"; done
run list -j --state close-wait
jq -r '.sockets[] | (.local | sub(".*:"; "")) + " " + (.peer | sub(".*:"; ""))' <<<"$out" |
	sed 's/\(.*\) \(.*\)/saddr=::ffff:127.0.0.1 sport=\1 daddr=::ffff:127.0.0.1 dport=\2 state=close_wait state_ms=5000 first_fin_ms=90000 closed=passive/' \
		>"$PROC_ROOT/thread-self/net/tcp_closestat_ages"
check 'exact ages' 'listed 3 --state close-wait && all ".age_ms == 5000 and .at_least == 0 and .first_fin_ms == 90000 and .closed_by == \"passive\""'
expect_run 'exact ages as text' 0 'CLOSE_WAIT +5 s +90 s +peer ' '' list --state close-wait
check 'not that of another state' 'listed 3 --state fin-wait-2 && all ".first_fin_ms == null and .closed_by == \"active\""'
unset PROC_ROOT

expect_run 'kill wants a filter' 2 '' 'At least one filter' kill
expect_run 'kill says what it would do' 0 'CLOSE_WAIT 127.0.0.1:7 .*3 sockets would be ended' '' kill -n --state close-wait
check 'and does not' 'listed 6'
run kill --state close-wait
if [[ $err =~ CONFIG_INET_DIAG_DESTROY ]]; then
	check 'kill tells what the kernel lacks' '[ $rc = 1 ] && listed 6'
else
	check 'kill ends them' '[ $rc = 0 ] && [[ $out =~ "3 sockets ended" ]] && listed 0'
fi
expect_run 'kill leaves what does not close' 0 '^0 sockets would be ended' '' kill -n --port 9
release
hold unaccepted 1
check 'not accepted yet' 'listed 1 --state close-wait && all ".held_by == \"listener\" and .process == \"hold_sockets\""'
expect_run 'not accepted yet, as text' 0 "hold_sockets/$holder_pid has not accepted it" '' list
release

finish
