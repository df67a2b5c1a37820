#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# doctor finds each fault planted in a new network namespace, and nothing else.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
	skip 'doctor' 'needs root'
	ktap_end
fi
if [ "${1:-}" != inside ]; then
	trap - EXIT
	rm -rf "$TMP"
	exec unshare -n "$0" inside
fi

# The made-up /proc with the machine's processes in it.
make_healthy() {
	make_proc
	for pid in /proc/[0-9]*; do ln -s "$pid" "$PROC_ROOT/"; done
}

# hold STATE N: sockets in that state until release.
hold() {
	coproc holder { exec "$(dirname "$0")/hold_sockets" "$@"; }
	# Bash forgets it when the process ends.
	holder_pid=$holder_PID
	read -r ready <&"${holder[0]}"
	[ "$ready" = ready ] && ln -sf "/proc/$holder_pid" "$PROC_ROOT/"
}
release() {
	eval "exec ${holder[1]}>&-"
	wait "$holder_pid"
}

counter() { sed -i "s/^$1 .*/$1 $2/;\$a $1 $2" "$PROC_ROOT/thread-self/net/tcp_closestat"; }

# found CHECKS ARGUMENTS: doctor names just those checks.
found() {
	local want=$1 name=$2

	shift 2
	run doctor -j -d 20ms "$@"
	check "$name" '[ "$(jq -r ".findings[].check" <<<"$out" | xargs)" = "$want" ] && [ "$rc" = '"$([ -n "$want" ]; echo $((!$?)))"' ]'
}

make_healthy
found '' 'nothing on an idle system'
expect 'says so' 0 '^Nothing found.$' '' doctor -d 20ms
expect 'takes no words' 2 '' "unexpected 'x'" doctor x

# settings
set_file tcp_closestat/time_wait_ms 4001
found '' 'a short TIME_WAIT by itself is no fault'
set_file tcp_closestat/time_wait_ms 4000
found 'short_time_wait' 'TIME_WAIT of 4 s'
set_file netfilter/nf_conntrack_tcp_timeout_time_wait 120
found 'short_time_wait conntrack' 'below connection tracking'
set_file netfilter/nf_conntrack_tcp_timeout_time_wait 4
found 'short_time_wait' 'not below connection tracking'
: >"$PROC_ROOT/thread-self/net/ip_vs"
found 'short_time_wait ipvs' 'IPVS'
set_file tcp_closestat/time_wait_guard 0
found 'short_time_wait ipvs guard_off' 'guard off'
set_file tcp_closestat/time_wait_ms 60000
found '' 'none of it matters at 60 s'

# counters
make_healthy
counter ended 1000
counter ended_fin_wait2_expired 9
counter rst_sent_unread_data 9
found '' 'what is rare is no fault'
counter ended_fin_wait2_expired 10
counter rst_sent_unread_data 10
counter rst_sent_data_after_close 10
counter rst_sent_memory 10
counter rst_sent_other 10
found 'fin_wait2_expired rst_sent_unread_data rst_sent_data_after_close rst_sent_memory rst_sent_other' \
	'resets by cause'
make_healthy
printf '%s\n' 'TcpExt: TCPTimeWaitOverflow' 'TcpExt: 1' >"$PROC_ROOT/thread-self/net/netstat"
found 'overflow' 'tw bucket overflow'
counter ended_fin_wait2_expired 1
found 'overflow' 'FIN_WAIT2 that found no bucket is not told twice'
counter ended_fin_wait2_expired 2
found 'overflow fin_wait2_expired' 'FIN_WAIT2 that waited is told beside it'
counter ended_fin_wait2_expired 0
expect 'tells what to do' 1 '^1[.] 1 TIME_WAITs .*Try: closestat set tcp_max_tw_buckets=' '' doctor -d 20ms

# sockets
make_healthy
hold close_wait 5
found 'close_wait' 'CLOSE_WAIT'
check 'CLOSE_WAIT names the process' '[[ $out =~ "5 sockets stay in CLOSE_WAIT, held by hold_sockets/$holder_pid (5)" ]]'
release
found '' 'CLOSE_WAIT is gone'
hold unaccepted 4
found 'close_wait' 'CLOSE_WAIT that nobody has accepted'
check 'and that nobody has' '[[ $out =~ "4 sockets stay in CLOSE_WAIT, held by a listener that has not accepted them (4)" ]]'
release
hold fin_wait2 3
found 'close_wait fin_wait2' 'FIN_WAIT2'
check 'FIN_WAIT2 names the process' '[[ $out =~ "3 sockets stay in FIN_WAIT2, held by hold_sockets/$holder_pid (3)" ]]'
release

# ports: 20 of them, and then so many in TIME_WAIT to one destination
make_healthy
echo '40000 40019' | tee "$PROC_ROOT/sys/net/ipv4/ip_local_port_range" \
	>/proc/sys/net/ipv4/ip_local_port_range
counter time_wait 16
hold time_wait 14
found '' 'TIME_WAIT in 14 of 20 ports'
release
hold time_wait 2
found 'ports' 'TIME_WAIT in 16 of 20 ports'
check 'tells the rate' '[[ $out =~ "holds 16 of the 20 ports for connections to 127.0.0.1 port 7: at most 0 a second" ]]'
release

# could not look
rm "$PROC_ROOT/thread-self/net/tcp_closestat"
expect 'without counters' 2 '' 'not loaded' doctor -d 20ms
rm -r "$PROC_ROOT/sys/net/tcp_closestat"
expect 'without the module' 2 '' 'not loaded' doctor -d 20ms
make_healthy
echo garbage >"$PROC_ROOT/sys/net/ipv4/ip_local_port_range"
expect 'without a port range' 2 '' 'does not hold a number' doctor -d 20ms

ktap_end
