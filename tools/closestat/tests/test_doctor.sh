#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# doctor finds each fault planted in a new network namespace, and nothing else.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
	skip 'doctor' 'needs root'
	finish
	exit
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
	check "$name" '[ "$(jq -r ".findings[] | select(.level != \"earlier\" and .level != \"harmless\").check" <<<"$out" | xargs)" = "$want" ] && [ "$rc" = '"$([ -n "$want" ]; echo $((!$?)))"' ]'
}

make_healthy
found '' 'nothing on an idle system'
check 'nor of RSTs from before the module came' '[[ ! $out =~ "belong to no connection" ]]'
expect_run 'says so' 0 '^Nothing found.' '' doctor -d 20ms
expect_run 'takes no words' 2 '' "unexpected 'x'" doctor x

# settings
set_file tcp_closestat/time_wait_ms 4001
found '' 'a short TIME_WAIT by itself is no fault'
set_file tcp_closestat/time_wait_ms 4000
found 'short_time_wait' 'TIME_WAIT of 4 s'
set_file netfilter/nf_conntrack_tcp_timeout_time_wait 120
found 'short_time_wait' 'connection tracking that tracks nothing'
set_file netfilter/nf_conntrack_count 1
found 'short_time_wait conntrack' 'below connection tracking'
set_file netfilter/nf_conntrack_tcp_timeout_time_wait 4
found 'short_time_wait' 'not below connection tracking'
seq 4 >"$PROC_ROOT/thread-self/net/ip_vs"
found 'ipvs short_time_wait' 'IPVS'
seq 3 >"$PROC_ROOT/thread-self/net/ip_vs"
found 'short_time_wait' 'IPVS without a service'
seq 4 >"$PROC_ROOT/thread-self/net/ip_vs"
mkdir -p "$PROC_ROOT/sys/net/ipv4/vs"
set_file ipv4/vs/conn_reuse_mode 1
found 'short_time_wait' 'IPVS that balances a port anew'
set_file ipv4/vs/conn_reuse_mode 0
set_file tcp_closestat/time_wait_guard 0
found 'ipvs short_time_wait guard_off' 'guard off'
set_file tcp_closestat/time_wait_ms 60000
found 'ipvs' 'of it only IPVS matters at 60 s'

# counters: what they are before is history; what they become meanwhile is now
# meanwhile COMMAND ARGUMENTS: doctor -d 1s, while COMMAND is run. That doctor has read a made-up /proc
# for the first time is told by when its files were.
meanwhile() {
	local command=$1 file

	touch -m -d '1 minute ago' "$PROC_ROOT"/thread-self/net/{tcp_closestat,netstat}
	touch -a -d '2 minutes ago' "$PROC_ROOT"/thread-self/net/{tcp_closestat,netstat}
	"$CLOSESTAT" doctor "${@:2}" -d 1s >"$TMP/out" 2>"$TMP/err" &
	for file in "$PROC_ROOT"/thread-self/net/{tcp_closestat,netstat}; do
		while [ -N "$file" ] && kill -0 $! 2>/dev/null; do sleep 0.01; done
	done
	eval "$command"
	wait $!
	rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
}
make_healthy
counter ended 1000
counter rst_sent_unread_data 9
found '' 'what is past is no finding'
expect_run 'but history' 0 'Nothing found.*Earlier: 9 of 1000 connections that ended were reset by close' '' doctor -d 20ms
recent() {
	printf 'age_ms=%s saddr=::ffff:10.0.0.1 sport=%s daddr=::ffff:10.0.0.9 dport=50000 ended=%s rst=%s bytes_sent=%s bytes_received=%s idle_us=%s errno=0 comm=%s\n' "$@"
}
{
	recent 63000 5000 rst_sent unread_data 0 7 0 'a b=c'
	recent 60000 5000 rst_sent unread_data 0 7 0 'a b=c'
	recent 9000 3000 rst_sent data_after_close -1 -1 2000000 ''
	recent 8000 80 passive_fin - 0 7 0 nginx
	recent 7000 8443 no_socket - -1 -1 -1 ''
} >"$PROC_ROOT/thread-self/net/tcp_closestat_recent"
counter rst_sent_data_after_close 1
expect_run 'with whom it was' 0 'Earlier: 9 of 1000 connections that ended were reset by close[(][)] with data unread [(]0.9 %[)], before doctor looked, the last (1 min|60)[^:]* ago: 2 on port 5000 of a b=c with 10.0.0.9[.]' '' doctor -d 20ms
check 'a keep-alive race that is over' '[[ $out =~ "idle connection (a keep-alive race) (0.1 %), idle for 2 s before, before doctor looked, the last 9".*" s ago: 1 on port 3000 with 10.0.0.9" ]]'
check 'a request that was not answered' '[[ $out =~ "1 connection was closed without one byte of answer".*": 1 on port 80 of nginx with 10.0.0.9" ]]'
check 'a SYN that nobody wanted' '[[ $out =~ "1 RST answered SYNs for ports where nobody listens".*": 1 for port 8443 from 10.0.0.9" ]]'
# kept ROW NUMBER LINE WORDS: one end of a row's NUMBER is kept so, and told with these words
kept() {
	make_healthy
	counter ended 100
	counter "$1" "$2"
	printf '%s\n' "$3" >"$PROC_ROOT/thread-self/net/tcp_closestat_recent"
	words=$4
	run doctor -d 20ms
	check "$words" '[[ $rc = 0 && $out =~ $words ]]'
}
# Of a service here 8080 would be, of a client 50000; the peer has the other.
served=8080 client=50000
end() {
	local peer=8080

	[ "$1" = $client ] || peer=$client
	printf 'age_ms=9000 saddr=::ffff:10.0.0.1 sport=%s daddr=::ffff:10.0.0.9 dport=%s ended=%s rst=%s bytes_sent=%s bytes_received=%s idle_us=%s errno=0 comm=prog' \
		"$1" "$peer" "${@:2}"
}
close=rst_sent_data_after_close
kept $close 1 "$(end $client rst_sent data_after_close 70 9 60000000)" "1 of 100 connections that ended was reset because the peer's answer came after this side had waited, and closed .1 %., idle for 60 s before.*1 with 10.0.0.9:8080 of prog"
kept $close 1 "$(end $served rst_sent data_after_close 70 9 60000000)" 'a keep-alive race.*1 on port 8080 of prog'
kept $close 1 "$(end 443 rst_sent data_after_close 70 9 60000000)" "reset because the client's last bytes came while this side closed an idle TLS connection"
kept $close 3 "$(end $served rst_sent data_after_close 70 9 60000000)" 'Earlier: 2 of 100 connections that ended were reset because the peer sent data after close[(][)] .2 %., before doctor looked[.]'
kept ended_rst_received 1 "$(end $served rst_received - 0 0 0)" 'reset by the peer, a client, before a byte had gone either way.*health checks'
kept ended_rst_received 1 "$(end $served rst_received - 9 9 0)" 'reset by the peer, a client .1 %.'
kept ended_rst_received 1 "$(end $served rst_received - 9 9 350000000)" "reset by the peer, a client .1 %., idle for [0-9.]+ (s|min) before.*in the client's name"
kept ended_rst_received 1 "$(end $client rst_received - 9 9 900000)" 'reset by the peer .1 %., idle for 900 ms before.*1 with 10.0.0.9:8080 of prog.*an idle timeout here'
kept ended_other 5 "$(end $client other - 0 0 -1)" 'Earlier: 1 of 100 connections that ended was given up by the program before connect[(][)] had an answer'
kept ended 100 "$(end $served passive_fin - 0 70 3000000)" '1 connection was closed without one byte of answer when the client had waited, and closed, idle for 3 s before.*499'
# A client that had closed, and was sent something: a proxy whose own client has gone.
kept ended_rst_received 1 "$(end $served rst_received - 78 0 0)" 'reset by the peer, a client .1 %.'
kept $close 1 "$(end $served rst_sent data_after_close 70 99999 0)" 'an upload that was refused, as with 413.*1 on port 8080 of prog'
kept $close 1 "$(end $client rst_sent data_after_close 70 99999 0)" 'reset because this side closed in the middle of what the peer was sending'
kept rst_sent_unread_data 1 "$(end 443 rst_sent unread_data 70 9 0)" "reset by close[(][)] with a TLS client's last bytes unread"
kept rst_sent_linger 2 "$(end $served rst_sent linger 9 9 0)" 'Earlier: 1 of 100 connections that ended was reset by SO_LINGER with a time of 0 right after an answer'
make_healthy
counter ended 100
end 2003 passive_fin - 0 70 0 >"$PROC_ROOT/thread-self/net/tcp_closestat_recent"
run doctor -d 20ms
check 'no answer where there never is one' '[ $rc = 0 ] && ! grep -q "of answer" <<<"$out"'
make_healthy
counter time_wait 1000
expect_run 'many TIME_WAITs' 0 'Nothing found.*Harmless: 1000 connections are in TIME_WAIT' '' doctor -d 20ms
make_healthy
counter ended 1000
counter rst_sent_unread_data 9
meanwhile 'counter ended 1300; counter rst_sent_unread_data 10'
check 'one in 300, now' '[[ $rc = 1 && $out =~ "1. 1 of 300 connections that ended was reset by close() with data unread" ]]'
meanwhile 'counter rst_sent_linger 3'
check 'what is harmless' '[[ $rc = 0 && $out =~ "Harmless: 3 of 0 connections" ]]'
make_healthy
set_file ipv4/tcp_max_tw_buckets 50
netstat() { printf '%s\n' 'TcpExt: TCPTimeWaitOverflow' "TcpExt: $1" >"$PROC_ROOT/thread-self/net/netstat"; }
netstat 5
expect_run 'an overflow that is over' 0 'Earlier: 5 TIME_WAITs were given up .*not any more: 2 of 50' '' doctor -d 20ms
counter time_wait 50
found 'overflow' 'buckets that are full'
counter time_wait 2
meanwhile 'netstat 6'
check 'one that goes on' '[[ $rc = 1 && $out =~ "6 TIME_WAITs were given up because tcp_max_tw_buckets is 50".*"tcp_max_tw_buckets=16384" ]]'
set_file ipv4/tcp_max_tw_buckets 300000
meanwhile 'netstat 7'
check 'the remedy is above the present value' '[[ $out =~ "tcp_max_tw_buckets=1200000" ]]'
make_healthy
set_file ipv4/tcp_max_orphans 16
echo 'TCP: inuse 5 orphan 16 tw 0' >"$PROC_ROOT/thread-self/net/sockstat"
found 'orphans' 'too many orphans'
make_healthy
set_file netfilter/nf_conntrack_count 95
set_file netfilter/nf_conntrack_max 100
found 'conntrack_full' 'a full table of connection tracking'
make_healthy
expect_run 'at once' 0 '^Nothing found.' '' doctor -d 0

# sockets
make_healthy
hold close_wait 5
counter close_wait 5
found 'close_wait' 'CLOSE_WAIT'
check 'CLOSE_WAIT names the process' '[[ $out =~ "5 sockets stay in CLOSE_WAIT, held by hold_sockets/$holder_pid on port 7 with 127.0.0.1: the oldest for at least" ]]'
release
found '' 'CLOSE_WAIT is gone'
hold unaccepted 4
counter close_wait 4
found 'close_wait' 'CLOSE_WAIT that nobody has accepted'
check 'and that nobody has' '[[ $out =~ "4 sockets stay in CLOSE_WAIT, held by a listener that has not accepted them, hold_sockets/$holder_pid, on port 7" ]]'
release
hold fin_wait2 3
counter close_wait 3
counter fin_wait2 3
found 'close_wait fin_wait2' 'FIN_WAIT2'
check 'FIN_WAIT2 names the process' '[[ $out =~ "3 sockets stay in FIN_WAIT2, held by hold_sockets/$holder_pid to port 7 with 127.0.0.1:7" ]]'
release

# ports: 20 of them, and then so many in TIME_WAIT to one destination
make_healthy
echo '40000 40019' | tee "$PROC_ROOT/sys/net/ipv4/ip_local_port_range" \
	>/proc/sys/net/ipv4/ip_local_port_range
counter time_wait 16
set_file ipv4/tcp_tw_reuse 0
# However long the machine takes, these ports are not taken over.
echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse
hold time_wait 14
found '' 'TIME_WAIT in 14 of 20 ports'
release
hold time_wait 2
found 'ports' 'TIME_WAIT in 16 of 20 ports'
check 'tells the rate' '[[ $out =~ "holds 16 of the 20 usable ports for connections to 127.0.0.1:7" ]]'
set_file ipv4/ip_local_reserved_ports 40000-40003
found 'ports' 'with reserved ports'
check 'tells of these' '[[ $out =~ "16 of the 16 usable ports (4 of the range are reserved)" ]]'
set_file ipv4/tcp_tw_reuse 2
set_file ipv4/tcp_tw_reuse_delay 1
found '' 'ports that are taken over'
release

# could not look
rm "$PROC_ROOT/thread-self/net/tcp_closestat"
expect_run 'without counters' 2 '' 'not loaded' doctor -d 20ms
rm -r "$PROC_ROOT/sys/net/tcp_closestat"
expect_run 'without the module' 2 '' 'not loaded' doctor -d 20ms
make_healthy
echo garbage >"$PROC_ROOT/sys/net/ipv4/ip_local_port_range"
expect_run 'without a port range' 2 '' 'does not hold a number' doctor -d 20ms

finish
