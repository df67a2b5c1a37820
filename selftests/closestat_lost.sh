#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # names without blanks; called by "expect"
#
# Half-open connections, and connections that a full queue or table drops, each made for real:
# doctor's answer has to have the right words and numbers in it.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"

echo "TAP version 13"

## Connections that are open, and whose peer no longer answers

# sent_again NS TIMES - a segment was sent again so many times there
sent_again() {
	in_netns $1 ss -Htino state established | grep -oE '(backoff:|timer:\(keepalive,[0-9a-z.]+,)[0-9]+' |
		grep -qE "[:,]([$2-9]|[1-9][0-9])\$"
}
hangs() {
	holds 5432 && program $a "
k = [C(('10.6.0.2', 5432)) for i in range(3)]
import subprocess
subprocess.run(['ip', 'netns', 'exec', '$b', 'nft', 'add table ip t; add chain ip t i { type filter hook input priority 0; }; add rule ip t i tcp dport 5432 drop'], check=True)
for s in k: s.send(b'select 1')
ready(); time.sleep(100)" && until_true sent_again $a 4 && doctor $a || return
	says 1 '3 connections of python3/[0-9]+ with 10.6.0.2:5432 wait for an ACK: what is in flight was sent up to [5-9] times, and nothing has come back for [0-9.]+ s' \
		'TCP_USER_TIMEOUT' "Try: ip netns exec $a ss -tnpo state established 'dport = :5432'; "
}
pair
expect "queries that hang" hangs

clients_gone() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); k = [l.accept()[0] for i in range(2)]; until_go()
for c in k: c.send(b'x' * 9)
time.sleep(100)" && py $a "k = [C(('10.6.0.2', 80)) for i in range(2)]
import subprocess
subprocess.run(['nft', 'add table ip t; add chain ip t i { type filter hook input priority 0; }; add rule ip t i tcp sport 80 drop; add chain ip t o { type filter hook output priority 0; }; add rule ip t o tcp dport 80 drop'], check=True)
go()" && until_true sent_again $b 4 && doctor $b &&
		says 1 '2 connections of python3/[0-9]+ on port 80 with 10.6.0.1 wait for an ACK'
}
pair
expect "clients that are gone" clients_gone

probes() {
	holds 5432 && program $a "
s = C(('10.6.0.2', 5432))
for o, v in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 100)): s.setsockopt(socket.IPPROTO_TCP, o, v)
s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1); ready(); time.sleep(100)" &&
		drop $b input 'tcp dport 5432' && until_true sent_again $a 4 && doctor $a &&
		says 1 '1 idle connection of python3/[0-9]+ with 10.6.0.2:5432 gets no answer to up to [0-9]+ keepalive probes'
}
pair
expect "an idle connection whose keepalive nobody answers" probes

# The peer does not read: it is there, and well.
slow_reader() {
	holds 80 && program $a "
s = C(('10.6.0.2', 80)); s.setblocking(False)
try:
    while True: s.send(b'x' * 65536)
except OSError: ready()
time.sleep(100)" && until_true sent_again $a 4 && doctor $a && says 0 'Nothing found'
}
pair
expect "a peer that does not read" slow_reader

## RSTs to peers that have a connection which is none here

# one_by_one - $a sends on one connection after the other of its list k. A machine that stands still
# sends one again.
one_by_one="
until_go()
for s in k:
    try: s.send(b'x')
    except OSError: pass
    time.sleep(.2)
open('$tmp/sent', 'w').close(); time.sleep(100)"
sends() {
	rm -f "$tmp/sent"
	touch "$tmp/go" && until_true test -e "$tmp/sent"
}
started_anew() {
	holds 80 && program $a "
k = [C(('10.6.0.2', 80)) for i in range(12)]
ready()$one_by_one" || return
	# The clients get neither a FIN nor a RST.
	# shellcheck disable=SC2046 # process ids
	ip -n $b link del v && ip netns exec $b ss -K state connected >/dev/null &&
		kill -9 $(ip netns pids $b) && ip netns del $b && ip netns add $b &&
		ip link add v netns $a type veth peer name v netns $b &&
		ip -n $a addr add 10.6.0.1/24 dev v && ip -n $b addr add 10.6.0.2/24 dev v &&
		ip -n $a link set v up && ip -n $b link set v up && ip -n $b link set lo up && holds 80 || return
	doctor_while $b sends
	says 1 '1[2-9] RSTs answered segments of connections that are not known here, for a port that is listened on: on port 80 of python3/[0-9]+ with 10.6.0.1' \
		'started anew' && ! grep Harmless "$tmp/out"
}
pair
expect "a server that was started anew" started_anew

stale() {
	in_netns $b sysctl -qw net.ipv4.tcp_fin_timeout=1
	program $b "
l = L(('10.6.0.2', 3306)); ready(); k = [l.accept()[0] for i in range(4)]
for c in k: c.close()
time.sleep(100)" && program $a "
k = [C(('10.6.0.2', 3306)) for i in range(4)]; [s.recv(1) for s in k]
ready()$one_by_one" && until_true expired 4 || return
	doctor_while $b sends
	says 1 '[4-9] RSTs answered a peer that went on with a connection that was closed here, and whose FIN_WAIT2 was over: on port 3306 of python3/[0-9]+ with 10.6.0.1' \
		'server has gone away' && ! grep Harmless "$tmp/out"
}
expired() { grep -q "ended_fin_wait2_expired $1" <(in_netns $b cat /proc/net/tcp_closestat); }
pair
expect "a client's pool whose connections were closed long before" stale

# The server answers from its own address, not from that of the service.
untranslated() {
	ip -n $b addr add 10.6.0.9/24 dev v
	in_netns $b nft -f - <<-END || return
		table netdev t {
			chain i {
				type filter hook ingress device v priority 0
				ip daddr 10.6.0.9 ip daddr set 10.6.0.2
			}
			chain e {
				type filter hook egress device v priority 0
				ip saddr 10.6.0.2 tcp sport 80 ip saddr set 10.6.0.9
			}
		}
	END
	program $b "
l = L(('10.6.0.2', 80)); ready(); k = [l.accept()[0] for i in range(12)]; until_go()
for c in k: c.send(b'x'); time.sleep(.2)
open('$tmp/sent', 'w').close(); time.sleep(100)" && program $a "
k = [C(('10.6.0.9', 80)) for i in range(12)]
ready(); time.sleep(100)" && in_netns $b nft flush chain netdev t e || return
	doctor_while $a sends
	says 1 '1[2-9] RSTs answered segments of another address than that the connection on their port is with: from 10.6.0.2:80, while the connection of python3/[0-9]+ is with 10.6.0.9:80' \
		'nf_conntrack_tcp_be_liberal=1'
}
pair
# From 5.16 on
if in_netns $b nft -c 'add table netdev e; add chain netdev e c { type filter hook egress device v priority 0; }' 2>/dev/null; then
	expect "answers that a NAT has not translated back" untranslated
else
	skip "answers that a NAT has not translated back" "needs nftables' hook for what leaves"
fi

# A segment out of the window comes to who translates addresses, and to nobody behind it.
translates() {
	third && in_netns $b nft 'add table ip t
			add chain ip t p { type nat hook postrouting priority 100; }
			add rule ip t p oifname w masquerade'
}
of_others() {
	translates || return
	rm -f "$tmp/ready" "$tmp/go"
	py $c "
l = L(('10.7.0.2', 80)); open('$tmp/listens', 'w').close(); k = [l.accept() for i in range(12)]; ready(); until_go()
for x, peer in k: send_ack(('10.7.0.2', 80), peer, 1); time.sleep(.2)
open('$tmp/sent', 'w').close(); time.sleep(100)" &
	until_true test -e "$tmp/listens" || return
	py $a "
k = [C(('10.7.0.2', 80)) for i in range(12)]
time.sleep(100)" &
	until_true test -e "$tmp/ready" && doctor_while $b sends
	says 1 '[0-9]+ RSTs answered segments of connections that are passed on here with other addresses [(]NAT[)]: from 10.7.0.2:80 to port [0-9]+' \
		"Try: ip netns exec $b sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1; or" || return
	eval "$(sed -n 's/^ *Try: \(.*\); or.*/\1/p' "$tmp/out")"
}
# The RSTs of $a leave $b with an address of it, which has some of its own that say nothing.
not_its_own() {
	translates && in_netns $c tc qdisc add dev v root netem delay 50ms || return
	py $c "
l = L(('10.7.0.2', 80))
while True:
    c, _ = l.accept(); c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1); c.recv(1)
    try:
        for i in range(3): c.send(b'x'); time.sleep(.01)
    except OSError: pass" &
	until_true listens $c 80 || return
	both() {
		local ns

		for ns in $a $b $b; do
			py $ns "
for i in range(12): s = C(('10.7.0.2', 80)); s.send(b'x'); s.close(); time.sleep(.3)"
		done
	}
	doctor_while $b both
	says 1 '24 of 24 connections that ended were reset because' 'Harmless: [0-9]+ RSTs? w' && ! grep 'RSTs answered' "$tmp/out"
}
pair
if modprobe nf_conntrack_netlink 2>/dev/null; then
	expect "a NAT whose own side answers what it has not translated" of_others
	pair
	expect "RSTs that only leave with an address of a NAT" not_its_own
else
	skip "a NAT whose own side answers what it has not translated" "needs the module nf_conntrack_netlink"
fi

# What was on its way when we reset it says nothing more than that.
rest() {
	in_netns $a tc qdisc add dev v root netem delay 50ms || return
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True: c, _ = l.accept(); c.recv(1); time.sleep(.2); c.close()" || return
	doctor_while $b py $a "
for i in range(12):
    s = C(('10.6.0.2', 80)); s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while True: s.send(b'x'); time.sleep(.01)
    except OSError: pass"
	says 1 '12 of 12 connections that ended were reset' 'Harmless: [0-9]+ RSTs were sent to answer segments that belong to no connection' &&
		! grep 'answered segments of' "$tmp/out"
}
pair
expect "the rest of connections that were reset" rest

## No room

# There is room for one more when three have connected.
aborted() {
	in_netns $b sysctl -qw net.ipv4.tcp_abort_on_overflow=1 &&
		in_netns $a tc qdisc add dev v root netem delay 100ms &&
		program $b "l = L(('10.6.0.2', 8080), 2); ready(); time.sleep(100)" || return
	connect() {
		program $a "
k = [C(('10.6.0.2', 8080)) for i in range(2)] + begin(('10.6.0.2', 8080), 3)
ready(); time.sleep(100)" && until_true were_reset
	}
	were_reset() { in_netns $b nstat -asz TcpExtEmbryonicRsts | grep -q 'Rsts *2'; }
	doctor_while $b connect
	says 1 'The listen queue of port 8080 .* is full: 3 connections wait, its backlog is 2; .*tcp_abort_on_overflow is 1: 2 clients that had just connected were reset' \
		"Try: ip netns exec $b sysctl -w net.ipv4.tcp_abort_on_overflow=0; then a larger backlog" && ! grep Harmless "$tmp/out"
}
pair
expect "a listen queue that resets what it has no room for" aborted

table_was_full() {
	holds 80 && track $a 10 || return
	burst() {
		py $a "
k = begin(('10.6.0.2', 80), 20)" && sysctl -qw net.netfilter.nf_conntrack_max="$tracked"
	}
	doctor_while $a burst
	says 1 "Connection tracking holds 10 of $tracked connections; .*[1-9][0-9] packets of new connections were dropped while doctor looked" || return
	doctor $a && says $rc "Earlier: [1-9][0-9] packets found connection tracking full, before doctor looked: it holds 10 of $tracked "
}
pair
if modprobe nf_conntrack 2>/dev/null; then
	expect "connection tracking that was full" table_was_full
else
	skip "connection tracking that was full" "needs the module nf_conntrack"
fi

## CLOSE_WAIT

many() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); k = [l.accept()[0] for i in range(30)]
for c in k: c.close()
time.sleep(100)" && program $a "
k = [C(('10.6.0.2', 80)) for i in range(30)]; [s.recv(1) for s in k]
ready(); time.sleep(100)" && doctor $a 3 &&
		says 1 '30 sockets stay in CLOSE_WAIT, held by python3/[0-9]+ to port 80 with 10.6.0.2:80: ' 'or a leak too slow'
}
pair
expect "more CLOSE_WAITs of a client than a pool usually has" many

finish
