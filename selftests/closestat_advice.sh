#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # names without blanks; called by "expect"
#
# Whether what doctor advises is of use: each state made for real, among others that look like it.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"
orphans=$(sysctl -n net.ipv4.tcp_max_orphans) memory=$(sysctl -n net.ipv4.tcp_mem)
clean_up() {
	sysctl -qw net.ipv4.tcp_max_orphans="$orphans" net.ipv4.tcp_mem="$memory"
	reports_clean_up
} 2>/dev/null
trap clean_up EXIT

echo "TAP version 13"

# try - run what doctor says first
try() {
	local command

	command=$(sed -n 's/^ *Try: //p' "$tmp/out" | head -n 1)
	eval "$command"
}

## Ports

# A wider range has the ports of services in it, and one that is restarted would find its own taken.
services_in_the_range() {
	few_ports $a '40000 40019' && in_netns $a sysctl -qw net.ipv4.ip_local_reserved_ports=5000-5001 || return
	holds 80 && program $a "
l = [L(('10.6.0.1', p)) for p in (443, 5000, 8080, 8081, 40100)]
k = [C(('10.6.0.2', 80)) for i in range(18)]
ready(); time.sleep(100)" && doctor $a &&
		says 1 "Try: ip netns exec $a sysctl -w net.ipv4.ip_local_reserved_ports=5000-5001,8080-8081,40100 && closestat set -N $a ip_local_port_range=1024-65535\$" &&
		try && doctor $a && says 0 'Nothing found'
}
pair
expect "a wider range, and the services in it" services_in_the_range

# NodePorts have no listener. The kubelet's tells that there are some.
node_ports() {
	few_ports $a '40000 40019' && holds 80 && program $a "
l = L(('10.6.0.1', 10250)); k = [C(('10.6.0.2', 80)) for i in range(18)]
ready(); time.sleep(100)" && doctor $a &&
		says 1 'sysctl -w net.ipv4.ip_local_reserved_ports=10250,30000-32767 && ' &&
		try && doctor $a && says 0 'Nothing found'
}
pair
expect "a wider range on a node of Kubernetes" node_ports

# What people set in the hope that TIME_WAIT gets shorter.
fin_timeout() {
	few_ports $a '40000 40019' && in_netns $a sysctl -qw net.ipv4.tcp_fin_timeout=10 || return
	closing_server 10.6.0.2 && py $a "
for i in range(18):
    s = C(('10.6.0.2', 80)); s.shutdown(socket.SHUT_WR); s.recv(1); s.close()" && doctor $a &&
		says 1 'TIME_WAIT of 60 s holds 18 of the 20 usable ports .*; tcp_fin_timeout, 10 s, is of FIN_WAIT2'
}
pair
expect "tcp_fin_timeout taken for TIME_WAIT's length" fin_timeout

# bound CONNECTIONS... - each FROM and TO is 10.6.0.N; a port of its own, as by bind()
bound() {
	few_ports $a '40000 40019' && ip -n $a addr add 10.6.0.3/24 dev v &&
		ip -n $b addr add 10.6.0.4/24 dev v && program $b "
l = socket.create_server(('0.0.0.0', 80), backlog=100); ready(); k = []
while True: k.append(l.accept())" && program $a "
k = []
def bound(n, source, to):
    for i in range(n):
        s = socket.socket(); s.bind(('10.6.0.%d' % source, 0)); s.connect(('10.6.0.%d' % to, 80)); k.append(s)
$1
ready(); time.sleep(100)" && doctor $a
}
two_destinations() {
	bound 'bound(16, 1, 2); bound(4, 1, 4)' &&
		says 1 'Connections to all destinations together hold 20 of the 20 usable ports' 'EADDRINUSE' \
			'Try: IP_BIND_ADDRESS_NO_PORT' && ! grep tcp_tw_reuse=1 "$tmp/out"
}
pair
expect "bind() before connect(), most to one destination" two_destinations
two_sources() {
	bound 'bound(9, 1, 2); bound(9, 1, 4); bound(9, 3, 2); bound(9, 3, 4)' &&
		says 1 'Connections to all destinations together hold 18 of the 20 usable ports'
}
pair
expect "bind() before connect(), from two addresses" two_sources
beside_a_service() {
	bound "
l = L(('10.6.0.1', 40019)); c = [C(('10.6.0.1', 40019)) for i in range(2)]
bound(9, 1, 2); bound(8, 1, 4)" &&
		says 1 'Connections to all destinations together hold 1[79] of the 20 usable ports'
}
pair
expect "bind() before connect(), beside a service with a port of the range" beside_a_service

# connect() gives each destination the same ports again.
not_bound() {
	few_ports $a '40000 40019' && ip -n $b addr add 10.6.0.4/24 dev v && program $b "
l = socket.create_server(('0.0.0.0', 80), backlog=100); ready(); k = []
while True: k.append(l.accept())" && program $a "
k = [C(('10.6.0.2', 80)) for i in range(12)] + [C(('10.6.0.4', 80)) for i in range(12)]
ready(); time.sleep(100)" && doctor $a && says 0 'Nothing found'
}
pair
expect "connect() to two destinations" not_bound

## Closed in the middle

left_a_download() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); c, _ = l.accept(); c.recv(9); c.sendall(b'x' * 100000); until_go()
try:
    while True: c.send(b'x' * 1000); time.sleep(.05)
except OSError: time.sleep(100)" || return
	doctor_while $a py $a "
s = C(('10.6.0.2', 80)); s.sendall(b'GET'); n = 0
while n < 100000: n += len(s.recv(100000))
go()
while os.path.exists('$tmp/go'): time.sleep(.01)
s.close()
for i in range(600):
    if 'ended_rst_sent 1' in open('/proc/net/tcp_closestat').read(): break
    time.sleep(.05)"
	says 1 'reset (because this side closed in the middle of what the peer was sending|by close[(][)] before what the server sent was read to its end).*: 1 with 10.6.0.2:80 of python3' &&
		! grep -E 'an upload|413' "$tmp/out"
}
pair
expect "a client that leaves a download" left_a_download

late_over_tls() {
	program $b "
l = L(('10.6.0.2', 443)); ready(); c, _ = l.accept(); c.recv(9); until_go(); c.sendall(b'late'); time.sleep(100)" || return
	doctor_while $a py $a "
s = C(('10.6.0.2', 443)); s.sendall(b'GET'); s.settimeout(1)
try: s.recv(9)
except OSError: s.close(); go()
for i in range(600):
    if 'rst_sent_data_after_close 1' in open('/proc/net/tcp_closestat').read(): break
    time.sleep(.05)"
	says 1 "1 of 1 connection that ended was reset because the peer's last bytes came after this side had closed an idle TLS connection" \
		'A close_notify is harmless. An answer that took longer'
}
pair
expect "an answer over TLS after the client's timeout" late_over_tls

## Listeners

# Of many the one that dropped something.
the_one_that_drops() {
	program $b "
k = [L(('10.6.0.2', p)) for p in (21, 22, 25, 80, 443)]; l = L(('10.6.0.2', 8080), 1); ready(); until_go()
while True: l.accept()" || return
	doctor_while $b py $a "
k = begin(('10.6.0.2', 8080), 8)
import select
time.sleep(1); go()
for s in k: select.select([], [s], [], 30)"
	says 1 'found a listen queue full while doctor looked [(]dropped by python3/[0-9]+ on port 8080, backlog 1: [1-9][0-9]*[)]' || return
	# What the clients had left behind when they ended is another matter.
	doctor $b && says $rc 'before doctor looked [(]dropped by python3/[0-9]+ on port 8080, backlog 1: [1-9][0-9]*[)]' &&
		! grep -E '^[0-9]+[.] .*listen queue' "$tmp/out"
}
pair
expect "which of many listeners had a full queue" the_one_that_drops

cookies_for_all() {
	in_netns $b sysctl -qw net.ipv4.tcp_syncookies=2 && holds 80 || return
	doctor_while $b py $a "for i in range(5): C(('10.6.0.2', 80)).close()"
	in_netns $b nstat -asz TcpExtTCPReqQFullDoCookies | grep -q 'Cookies *5' &&
		says $rc && ! grep 'half-open' "$tmp/out"
}
pair
expect "cookies that everybody gets" cookies_for_all

# Below the backlog there is another limit, which TCPReqQFullDrop does not count.
max_syn_backlog() {
	in_netns $b sysctl -qw net.ipv4.tcp_syncookies=0 net.ipv4.tcp_max_syn_backlog=8 &&
		program $b "l = L(('10.6.0.2', 80), 100); ready(); time.sleep(100)" && drop $a input 'tcp sport 80' || return
	doctor_while $b py $a "k = begin(('10.6.0.2', 80), 30)"
	says 1 'no room for more half-open connections: 0 got a cookie, [1-9][0-9]* were dropped while doctor looked [(]dropped by python3/[0-9]+ on port 80, backlog 100: ' \
		"Try: ip netns exec $b sysctl -w net.ipv4.tcp_syncookies=1\$"
}
pair
expect "more half-open connections than tcp_max_syn_backlog, without cookies" max_syn_backlog

## Limits of the host

# So many orphans have some memory; that is not what resets them.
orphans_with_memory() {
	sysctl -qw net.ipv4.tcp_max_orphans=16 net.ipv4.tcp_mem='1 200000 400000'
	shut_window_of 50 rst_sent_memory 1 && doctor $b
	sysctl -qw net.ipv4.tcp_max_orphans="$orphans" net.ipv4.tcp_mem="$memory"
	says $rc 'reset because of too many orphans: tcp_max_orphans is 16 [(]host-wide[)], of which [0-9]+ are taken now' \
		'sysctl -w net.ipv4.tcp_max_orphans=8192' && ! grep 'out of memory: it holds' "$tmp/out"
}
pair
expect "too many orphans, and the first mark of tcp_mem" orphans_with_memory

orphans_half_way() {
	sysctl -qw net.ipv4.tcp_max_orphans=32
	shut_window_of 20 fin_wait1_entered 20 && doctor $b
	sysctl -qw net.ipv4.tcp_max_orphans="$orphans"
	says 1 '(1[6-9]|2[0-9]) of tcp_max_orphans 32 orphaned sockets' 'From a half of tcp_max_orphans on'
}
pair
expect "orphans, half of what there may be" orphans_half_way

# What programs do not read is in memory, of which TCP is to have little here. Each CPU has some that
# is not counted yet (proto_memory_pcpu_drain()): connections are filled until more is.
memory_is_short() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); k = []
while True: k.append(l.accept()[0]); k[-1].send(b'x')" && program $a "
k = []
def held(): return int(open('/proc/net/sockstat').read().split(' mem ')[1].split()[0])
while held() < 2 and len(k) < 300:
    k.append(C(('10.6.0.2', 80))); k[-1].recv(1); k[-1].setblocking(False)
    try:
        while True: k[-1].send(b'x' * 4096)
    except OSError: pass
ready(); time.sleep(100)" && sysctl -qw net.ipv4.tcp_mem='1 2 3000' && doctor $b
	sysctl -qw net.ipv4.tcp_mem="$memory"
	says 1 "TCP holds [0-9]+ pages of memory [(]host-wide[)], of tcp_mem '1 2 3000'; in the queues of sockets here are [1-9][0-9]* kB that programs have not read and 0 kB that peers have not acknowledged, most in one of python3/[0-9]+ on port 80[.]\$" \
		"Try: sysctl -w net.ipv4.tcp_mem='2 4 6000'\$"
}
pair
expect "the second mark of tcp_mem" memory_is_short

## Connection tracking

# Tracked as CLOSE_WAIT, and kept for longer than by default (as kube-proxy does).
tracked_for_long() {
	track $a 40 && in_netns $a sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_close_wait=3600 &&
		program $b "
l = L(('10.6.0.2', 80)); ready()
while True: l.accept()[0].close()" && program $a "
k = [C(('10.6.0.2', 80)) for i in range(38)]; [s.recv(1) for s in k]
ready(); time.sleep(100)" && doctor $a &&
		says 1 'Connection tracking holds 3[89] of 40 connections; 38 of them TCP in CLOSE_WAIT, each kept for 3600 s [(]nf_conntrack_tcp_timeout_close_wait, 60 by default[)], 38 of these with 10.6.0.2:80' \
			"Try: ip netns exec $a sysctl -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=60\$"
}
# Open, and silent for more than a day of the five that they are kept: three days are left.
tracked_and_idle() {
	local timeout=net.netfilter.nf_conntrack_tcp_timeout_established

	track $a 40 && in_netns $a sysctl -qw $timeout=259200 && holds 80 && program $a "
k = [C(('10.6.0.2', 80)) for i in range(38)]
ready(); time.sleep(100)" && in_netns $a sysctl -qw $timeout=432000 && doctor $a &&
		says 1 '; 38 of them TCP in ESTABLISHED, each kept for 432000 s [(]nf_conntrack_tcp_timeout_established[)], 38 of these with 10.6.0.2:80, 38 of these idle for more than a day' \
			"Try: sysctl -w net.netfilter.nf_conntrack_max=80 && ip netns exec $a sysctl -w $timeout=86400\$"
}
tracked_udp() {
	track $a 40 && py $a "
for p in range(38): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.6.0.2', 1024 + p))" &&
		doctor $a &&
		says 1 'Connection tracking holds 3[89] of 40 connections; 38 of them UDP, each kept for 30 s after its last packet'
}
# Two connections are given the one port there is. None is in the table yet when they are: both wait
# in a queue of ours behind the NAT.
tracked_twice() {
	in_netns $a nft 'add table ip t; add chain ip t n { type nat hook postrouting priority 100; }
		add rule ip t n tcp dport 80 snat to 10.6.0.1:5000
		add chain ip t q { type filter hook postrouting priority 200; }
		add rule ip t q tcp dport 80 queue num 0' && holds 80 && doctor_while $a py $a "
q = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
def attr(kind, data): return struct.pack('=HH', 4 + len(data), kind) + data + bytes(-len(data) % 4)
def say(kind, data): q.send(struct.pack('=IHHIIBBH', 20 + len(data), 3 << 8 | kind, 1, 0, 0, 0, 0, 0) + data)
say(2, attr(1, struct.pack('!BBH', 1, 0, socket.AF_INET)) + attr(2, struct.pack('!IB', 0, 1)))
k = begin(('10.6.0.2', 80), 2)
ids = [struct.unpack_from('!I', q.recv(4096), 24)[0] for s in k]
for i in ids: say(1, attr(2, struct.pack('!II', 1, i)))
while not any(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == b'\x01' for s in k):
    say(1, attr(2, struct.pack('!II', 1, struct.unpack_from('!I', q.recv(4096), 24)[0])))"
	says 1 '1 packet of new connections was dropped while doctor looked because another had taken the same addresses and ports' \
		'fully-random'
}
if ! modprobe -a nf_conntrack_netlink nfnetlink_queue 2>/dev/null; then
	skip "connection tracking" "needs the modules nf_conntrack_netlink and nfnetlink_queue"
else
	pair
	expect "connection tracking full of what is kept for long" tracked_for_long
	pair
	expect "connection tracking full of what is open, and idle" tracked_and_idle
	pair
	expect "connection tracking full of UDP" tracked_udp
	pair
	expect "two connections with the same place in connection tracking" tracked_twice
fi

finish
