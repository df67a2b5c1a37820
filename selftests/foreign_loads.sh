#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2086,SC2154,SC2317 # tracefs's $; names without blanks; lib/reports.sh's; called by "expect"
#
# Loads that nobody wrote for this module: web servers, proxies in each of their ways to close,
# iperf3, sockperf, stress-ng. When all is over every connection was counted once, whatever
# became of it, and nothing is left. By hand and in "make check-debug", LOAD_SECONDS each.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"

seconds=${LOAD_SECONDS:-5}
expect_context() { :; }

# left NS - connections that are not over yet; a TIME_WAIT is, but for its purge
left() {
	ip netns exec $1 ss -Htan state connected state syn-recv
}
all_over() {
	ip netns exec $1 sysctl -qw net.tcp_closestat.time_wait_purge=1 &&
		[ -z "$(left $1)" ]
}

# adds_up NS - every connection there is over, and the counts agree with each other and with
# the kernel's: docs/abi.md, "Invariants"
adds_up() {
	until_true all_over $1 || { left $1 | head -n 20 && return 1; }
	{
		ip netns exec $1 nstat -asz TcpActiveOpens TcpPassiveOpens TcpExtTCPAbortOnClose
		ip netns exec $1 cat /proc/net/tcp_closestat
	} | awk -v ns=$1 -v over="$tmp/over.$1" '
		function sum(pattern, except,    name, n) {
			for (name in row)
				if (name ~ pattern && name != except)
					n += row[name]
			return n
		}
		function equal(what, one, other) {
			printf "%s: %s: %d, %d\n", ns, what, one, other
			if (one != other)
				failed = 1
		}
		NF > 1 && !/^#/ { row[$1] = $2 }
		END {
			equal("ended, its sum", row["ended"], sum("^ended_"))
			equal("resets, their causes", row["ended_rst_sent"],
			      sum("^rst_sent_", "rst_sent_no_socket"))
			equal("connects that failed, their causes", row["ended_connect_failed"],
			      sum("^connect_failed_"))
			opened = row["TcpActiveOpens"] + row["TcpPassiveOpens"]
			printf "%s: ended, the kernel opened: %d, %d\n", ns,
			       row["ended"] - row["connect_failed_no_port"], opened
			print opened - row["ended"] + row["connect_failed_no_port"] >over
			equal("closed with data unread, by the kernel", row["rst_sent_unread_data"],
			      row["TcpExtTCPAbortOnClose"])
			equal("TIME_WAITs, their ends", row["time_wait_entered"],
			      sum("^time_wait_(expired|reused|reset|purged)$"))
			equal("sockets in a state of closing", 0,
			      sum("^(fin_wait1|fin_wait2|closing|close_wait|last_ack|time_wait)$"))
			equal("records", row["records"], 0)
			exit failed || !row["ended"]
		}'
}

# under NAME LOAD NEEDED... - while LOAD, a function, is at work in a fresh pair, the counts of
# which are to add up; it needs the programs NEEDED
under() {
	local name=$1 load=$2 program
	shift 2

	for program; do
		command -v $program >/dev/null || { skip "$name" "no $program" && return; }
	done
	expect "$name" load_adds_up $load
	echo "# $(ended $a) and $(ended $b) connections ended"
}
# A RST that finds its socket while that becomes a timewait socket in FIN_WAIT2 is lost
# (tcp_v4_do_rcv() of one in CLOSE), and then nothing but the timer ends it.
hurry() {
	ip netns exec $1 sysctl -qw net.ipv4.tcp_fin_timeout=10
}
load_adds_up() {
	pair && hurry $a && hurry $b && count_twins && $1 && end_programs && adds_up $a && adds_up $b &&
		only_twins
}
# Two CPUs may make a socket of one request at once, from its ACK and from what follows that. The
# kernel puts one of the two away again (inet_csk_complete_hashdance()), which had not been
# established, but has counted both in PassiveOpens: here is how often.
twins=/sys/kernel/tracing/instances/foreign_loads
count_twins() {
	[ -d $twins ] || {
		echo 'r:twin inet_ehash_nolisten ret=$retval:u8' >>/sys/kernel/tracing/kprobe_events &&
			mkdir $twins && echo 'ret == 0' >$twins/events/kprobes/twin/filter &&
			echo 1 >$twins/events/kprobes/twin/enable
	} && echo >$twins/trace
}
only_twins() {
	local made over

	made=$(grep -c ' twin: ' $twins/trace)
	over=$(($(cat "$tmp/over.$a") + $(cat "$tmp/over.$b")))
	echo "opened too often, as counted; as there were twins: $over, $made"
	[ $over -eq $made ]
}
count_no_twins() {
	[ ! -d $twins ] || {
		echo 0 >$twins/events/kprobes/twin/enable
		rmdir $twins
		echo '-:twin' >>/sys/kernel/tracing/kprobe_events
	}
}
ended() {
	ip netns exec $1 sed -n 's/^ended //p' /proc/net/tcp_closestat
}

# site TEXT - nginx with a page of some segments, and a server that TEXT says more of
site() {
	web $b 80 "listen 10.6.0.2:80; $1" && head -c 20000 /dev/zero >"$tmp/nginx-80/www/index.html"
}

# proxy OPTION... - haproxy before it, with these options
proxy() {
	site "" || return
	{
		printf '%s\n' defaults " mode http" " timeout connect 5s" " timeout client 5s" \
			" timeout server 5s"
		printf ' option %s\n' "$@"
		printf '%s\n' "listen l" " bind 10.6.0.2:8080" " server s 10.6.0.2:80"
	} >"$tmp/haproxy.cfg"
	ip netns exec $b haproxy -q -f "$tmp/haproxy.cfg" &
	until_true listens $b 8080
}

bench() {
	ip netns exec $a ab -q -r -t $seconds -n 1000000 -c 20 "$@"
}

server_closes() {
	site "keepalive_timeout 0;" && bench http://10.6.0.2/
}
client_keeps() {
	site "keepalive_requests 7;" && bench -k http://10.6.0.2/
}
client_gives_up() {
	site "limit_rate 10k;" && bench -s 1 http://10.6.0.2/
}
wrk_closes() {
	site "" && ip netns exec $a wrk -t 2 -c 50 -d ${seconds}s -H "Connection: close" http://10.6.0.2:80/
}
proxy_closes() {
	proxy httpclose && bench -k http://10.6.0.2:8080/
}
proxy_closes_server() {
	proxy http-server-close && bench -k http://10.6.0.2:8080/
}
proxy_keeps() {
	proxy http-keep-alive && bench http://10.6.0.2:8080/
}
proxy_resets() {
	proxy http-server-close nolinger && bench http://10.6.0.2:8080/
}
streams() {
	local deadline=$((SECONDS + seconds)) way

	ip netns exec $b iperf3 -s >/dev/null &
	until_true listens $b 5201 || return
	while [ $SECONDS -lt $deadline ]; do
		for way in "" -R --bidir; do
			ip netns exec $a iperf3 -c 10.6.0.2 -t 1 -P 8 $way || return
		done
	done
}
latencies() {
	ip netns exec $b sockperf server --tcp -i 10.6.0.2 -p 11111 >/dev/null &
	until_true listens $b 11111 &&
		ip netns exec $a sockperf ping-pong --tcp -i 10.6.0.2 -p 11111 -t $seconds
}
# Each stressor has both ends in $a; for $b a connect that is refused, and a request.
stressors() {
	ip netns exec $a stress-ng --timeout ${seconds}s --sock 2 --sockabuse 2 --sockmany 2 \
		--epoll 2 --sockdiag 1 --sendfile 1 --sock-if lo --sockmany-if lo --epoll-domain ipv4 &&
		! request && site "" && request
}
request() {
	ip netns exec $a ab -q -n 1 http://10.6.0.2/
}

trap 'count_no_twins; reports_clean_up' EXIT
echo "TAP version 13"
under "nginx closes after each answer: ab" server_closes nginx ab
under "keep-alive, and nginx closes every seventh time: ab" client_keeps nginx ab
under "a client that gives up: nginx, ab" client_gives_up nginx ab
under "a client that asks to close: nginx, wrk" wrk_closes nginx wrk
under "haproxy closes both sides: nginx, ab" proxy_closes nginx haproxy ab
under "haproxy closes the server's side: nginx, ab" proxy_closes_server nginx haproxy ab
under "haproxy keeps both sides: nginx, ab" proxy_keeps nginx haproxy ab
under "haproxy resets: nginx, ab" proxy_resets nginx haproxy ab
under "eight streams at a time, each way: iperf3" streams iperf3
under "one connection, many small segments: sockperf" latencies sockperf
under "stress-ng: sock, sockabuse, sockmany, epoll, sockdiag, sendfile" stressors stress-ng nginx ab
finish
