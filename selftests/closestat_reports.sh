#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # names without blanks; called by "expect"
#
# Public reports of connections that close, rebuilt small: doctor's answer has to have the
# right words and numbers in it.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"
orphans=$(sysctl -n net.ipv4.tcp_max_orphans)
clean_up() {
	sysctl -qw net.ipv4.tcp_max_orphans="$orphans"
	reports_clean_up
} 2>/dev/null
trap clean_up EXIT

connects() {
	py $a "
for i in range($1):
    try: C(('10.6.0.2', $2)).close()
    except OSError: pass"
}

echo "TAP version 13"

reserved_ports() {
	few_ports $a '40000 40499' && in_netns $a sysctl -qw net.ipv4.ip_local_reserved_ports=40250-40499 ||
		return
	closing_server 10.6.0.2 && connects 300 80 && doctor $a &&
		says 1 'holds 250 of the 250 usable ports [(]250 of the range are reserved[)] for connections to 10.6.0.2:80' \
			'50 .*connects failed' "Try: closestat set -N $a tcp_tw_reuse=1"
}
pair
expect "ports: half of the range is reserved" reserved_ports

raised_limit() {
	closing_server 10.6.0.2 && in_netns $a sysctl -qw net.ipv4.tcp_max_tw_buckets=50 &&
		connects 200 80 && doctor $a &&
		says 1 '1[0-9][0-9] TIME_WAITs were given up because tcp_max_tw_buckets is 50' 'tcp_max_tw_buckets=16384' &&
		closestat set -N $a tcp_max_tw_buckets=300000 && closestat purge -N $a &&
		connects 200 80 && doctor $a &&
		says 0 'Earlier: 1[0-9][0-9] TIME_WAITs were given up .*not any more' && ! grep -q 262144 "$tmp/out"
}
pair
expect "buckets: overflow, and the limit raised" raised_limit

local_redis() {
	program $a "
import threading
l = L(('127.0.0.1', 6379))
def serve():
    while True:
        c, _ = l.accept(); c.recv(100); c.close()
threading.Thread(target=serve, daemon=True).start()
n = 0
while True:
    C(('127.0.0.1', 6379)).close(); time.sleep(.05); n += 1
    if n == 100: ready()" || return
	doctor $a 2
	says 0 'Nothing found'
}
pair
few_ports $a "40000 40099" && in_netns $a sysctl -qw net.ipv4.tcp_tw_reuse=2
expect "ports: a local server, whose TIME_WAITs are taken over" local_redis

closed_port() {
	doctor_while $b connects 60 8443
	says 1 '60 RSTs answered SYNs for ports where nobody listens: 60 for port 8443 from 10.6.0.1'
}
pair
expect "RSTs to a port where nobody listens" closed_port
refused() {
	doctor_while $a connects 60 8443
	says 1 '60 of 60 connections that ended were .*refused.*60 with 10.6.0.2:8443'
}
expect "connects that are refused" refused

shut_window() {
	program $b "
l = L(('0.0.0.0', 9000)); ready()
for i in range(20):
    c, _ = l.accept(); c.setblocking(False)
    try:
        while True: c.send(b'x' * 65536)
    except OSError: pass
    c.close()
ready(); time.sleep(100)" && program $a "
k = []
for i in range(20):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096); s.connect(('10.6.0.2', 9000)); k.append(s)
ready(); time.sleep(100)" || return
	held() { [ "$(in_netns $b sed -n 's/^fin_wait1 //p' /proc/net/tcp_closestat)" -eq 20 ]; }
	until_true held && doctor $b 4 &&
		says 1 '20 sockets stay in FIN_WAIT1, orphans .* on port 9000 with 10.6.0.1' \
			"bytes unsent or not acknowledged because the peers' window is shut" \
			"Try: closestat set -N $b tcp_orphan_retries=3"
}
pair
expect "FIN_WAIT1: the peers do not read" shut_window

deploy() {
	program $b "
l = L(('10.6.0.2', 7000), 50); ready(); until_go()" || return
	doctor_while $b py $a "
k = [C(('10.6.0.2', 7000)) for i in range(20)]
for s in k: s.sendall(b'GET /')
go()
for s in k:
    try: s.recv(10)
    except OSError: pass"
	says 1 '20 of 20 connections that ended were reset because the port stopped listening before it had accepted them.*20 on port 7000' 'drain first'
}
pair
expect "a listener that closes with connections in its queue" deploy

mended() {
	py $a "
l = L(('127.0.0.1', 80))
for i in range(100):
    s = C(('127.0.0.1', 80)); c, _ = l.accept(); s.close(); c.recv(1); c.close()
for i in range(30):
    s = C(('127.0.0.1', 80)); c, _ = l.accept(); s.send(b'x'); c.close(); s.close()" && doctor $a &&
		says 0 'Nothing found' 'Earlier: 30 of 260 connections that ended were reset by close[(][)] with data unread.*the last .* ago: 30 on port 80'
}
pair
expect "what has been mended is history" mended

growth() {
	in_netns $b true
	program $a "
l = L(('127.0.0.1', 80)); k = []
for i in range(60):
    s = C(('127.0.0.1', 80)); k.append(l.accept()[0]); s.close(); time.sleep(.5)
    if i == 8: ready()" || return
	doctor $a 4
	says 1 'sockets stay in CLOSE_WAIT, held by python3.*on port 80 .*more in the 4 s watched' 'A leak'
}
pair
expect "CLOSE_WAIT that grows" growth

as_advised() {
	local command
	program $b "
l = L(('10.6.0.2', 80)); ready(); k = [l.accept()[0] for i in range(3)]; time.sleep(100)" &&
		connects 3 80 || return
	doctor "$(ip netns pids $b | head -n 1)"
	command=$(sed -n 's/^ *Try: //p' "$tmp/out" | head -n 1)
	eval "$command" >"$tmp/list" && [ "$(grep -c '^CLOSE_WAIT' "$tmp/list")" -eq 3 ]
}
pair
expect "a command as it is advised, of a namespace by a process" as_advised

pool() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); c, _ = l.accept(); c.recv(9); c.send(b'ok'); c.close(); time.sleep(100)" && program $a "
s = C(('10.6.0.2', 80)); s.send(b'x'); s.recv(2); ready(); time.sleep(100)" && sleep 2.5 || return
	doctor $a
	says 1 '^1[.] 1 socket stays in CLOSE_WAIT, held by python3.* to port 80 with 10.6.0.2:80: it stays for [0-9.]+ s, and no more came' "client's pool" || return
	doctor $b
	says 1 '1 socket stays in FIN_WAIT2, an orphan .*on port 80 with 10.6.0.1'
}
pair
expect "CLOSE_WAIT of a pool, and FIN_WAIT2 at its server" pool

too_many_orphans() {
	sysctl -qw net.ipv4.tcp_max_orphans=16
	shut_window_of 50 rst_sent_memory 1 && doctor $b &&
		says $rc 'were reset because of too many orphans: tcp_max_orphans is 16 [(]host-wide[)].* ago: .* on port 9000' \
			'sysctl -w net.ipv4.tcp_max_orphans=8192'
}
pair
expect "too many orphans" too_many_orphans

sysctl -qw net.ipv4.tcp_max_orphans="$orphans"

# All that has happened when doctor comes: it tells with whom, why and what to do all the same.
over() {
	program $b "
import threading
l1 = L(('10.6.0.2', 3000)); l2 = L(('10.6.0.2', 80))
def race():
    c, _ = l1.accept(); c.recv(9); c.send(b'ok'); time.sleep(.5); c.close()
def hasty():
    c, _ = l2.accept()
    while c.recv(9): pass
    c.close()
t = [threading.Thread(target=f) for f in (race, hasty)]
for i in t: i.start()
l = L(('10.6.0.2', 7000), 50); ready(); until_go()
l.close()
for i in t: i.join()" && py $a "
k = [C(('10.6.0.2', 7000)) for i in range(20)]
s = C(('10.6.0.2', 3000)); s.send(b'x'); s.recv(2); s.recv(1); s.send(b'y')
s = C(('10.6.0.2', 80)); s.send(b'GET'); s.shutdown(socket.SHUT_WR); s.recv(1)
go()
for s in k:
    try: s.recv(10)
    except OSError: pass" && connects 60 8443
}
of_server() {
	doctor $b && says 0 'Nothing found' "$@"
}
pair
expect "it happens" over
expect "over: a listener closed with connections in its queue" of_server \
	'Earlier: 20 of 22 .*stopped listening before it had accepted them.*the last .* ago: 20 on port 7000.*drain first'
expect "over: a keep-alive race" says 0 \
	'Earlier: 1 of 22 .*the next request came while this side closed an idle connection.*idle for .* before.* 1 on port 3000 .*longer than its clients'
expect "over: a half-closed request" says 0 \
	'Earlier: 1 connection was closed without one byte of answer.* ago: 1 on port 80 .*499'
expect "over: SYNs where nobody listens" says 0 \
	'Earlier: 60 RSTs answered SYNs for ports where nobody listens.* ago: 60 for port 8443 from 10.6.0.1'
of_client() {
	doctor $a && says 0 'Nothing found' 'Earlier: 60 of 82 .*refused.* ago: 60 with 10.6.0.2:8443' \
		'Earlier: 21 of 82 .*reset by the peer.*20 with 10.6.0.2:7000, 1 with 10.6.0.2:3000'
}
expect "over: its client" of_client

forgotten() {
	in_netns $a sysctl -qw net.ipv4.tcp_retries2=3
	program $b "
l = L(('10.6.0.2', 5432), 50); ready(); k = [l.accept() for i in range(10)]; time.sleep(100)" &&
		py $a "
k = [C(('10.6.0.2', 5432)) for i in range(10)]
time.sleep(1)
import subprocess
subprocess.run(['nft', 'add table ip t; add chain ip t o { type filter hook output priority 0; }; add rule ip t o tcp dport 5432 drop'], check=True)
for s in k: s.send(b'select 1')
for s in k:
    try: s.recv(1)
    except OSError: pass" && doctor $a &&
		says 0 'Earlier: 10 of 10 .*no longer answered: retransmissions ran out, idle for .* before.*10 with 10.6.0.2:5432.*keepalive.*TCP_USER_TIMEOUT'
}
pair
expect "a middlebox that forgets" forgotten

health_checks() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True: l.accept()[0].close()" || return
	doctor_while $a py $a "
import struct
for i in range(30):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.connect(('10.6.0.2', 80)); s.close()"
	says 0 'Nothing found' 'Harmless: 30 of 30 .*SO_LINGER with a time of 0: 30 with 10.6.0.2:80 of python3'
}
pair
expect "health checks that reset" health_checks

full_queue() {
	program $b "
l = L(('10.6.0.2', 8080), 4); ready(); time.sleep(100)" && program $a "
k = begin(('10.6.0.2', 8080), 12)
ready(); time.sleep(100)" || return
	overflowed() { in_netns $b nstat -asz TcpExtListenOverflows | grep -q 'Overflows *[1-9]'; }
	until_true overflowed && doctor $b 4 &&
		says 1 'The listen queue of port 8080 [(]python3/[0-9]+[)] is full: 5 connections wait, its backlog is 4'
}
pair
expect "a listen queue that is full" full_queue

guarded() {
	in_netns $a sysctl -qw net.ipv4.tcp_timestamps=0
	closestat set -N $a time_wait=5s && closing_server 10.6.0.2 || return
	doctor_while $a connects 20 80
	says 1 'time_wait_ms is 5000, but the guard kept [0-9]+ of [0-9]+ TIME_WAITs longer' \
		"Try: ip netns exec $a sysctl -w net.ipv4.tcp_timestamps=1"
}
pair
expect "a setting without effect" guarded

bound() {
	few_ports $a '40000 40099'
	closing_server 10.6.0.2 && ip -n $b addr add 10.6.0.3/24 dev v || return
	closing_server 10.6.0.3 || return
	doctor_while $a py $a "
for i in range(160):
    try:
        s = socket.socket(); s.bind(('10.6.0.1', 0)); s.connect(('10.6.0.%d' % (2 + i % 2), 80)); s.close()
    except OSError: pass"
	says 1 'hold (9[0-9]|100) of the 100 usable ports' 'IP_BIND_ADDRESS_NO_PORT'
}
pair
expect "ports of sockets that are bound first" bound

# service NS - of IPVS there, at 10.96.0.1:80 (IP_VS_SO_SET_ADD)
service() {
	py $1 "
socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).setsockopt(socket.IPPROTO_IP, 1154,
    struct.pack('=H2x4s2s2xI16s3I', 6, socket.inet_aton('10.96.0.1'), struct.pack('!H', 80), 0, b'rr', 0, 0, 0))"
}
ipvs() {
	service $a && in_netns $a sysctl -qw net.ipv4.vs.conn_reuse_mode=0 || return
	doctor $a
	says 1 'TIME_WAIT lasts 60 s, but IPVS keeps closed connections for 120 s' || return
	eval "$(sed -n 's/^ *Try: //p' "$tmp/out")" && doctor $a && says 0 'Nothing found'
}
# What comes for a service after IPVS has forgotten the connection, or had none, is for this host.
ipvs_forgot() {
	service $b && ip -n $b addr add 10.96.0.1/32 dev lo && ip -n $a route add 10.96.0.1 via 10.6.0.2 || return
	doctor_while $b py $a "
for i in range(12): send_ack(('10.6.0.1', 5000 + i), ('10.96.0.1', 80), 1); time.sleep(.2)"
	says 1 '[0-9]+ RSTs answered segments for a service of IPVS, of connections that it does not know: from 10.6.0.1:50[01][0-9] to port 80' \
		'TCP_KEEPIDLE.*ipvsadm --set 7200 0 0'
}
if ! modprobe -a ip_vs ip_vs_rr 2>/dev/null; then
	skip "IPVS" "needs the module ip_vs"
else
	pair
	expect "IPVS that remembers longer" ipvs
	pair
	expect "IPVS that has forgotten" ipvs_forgot
fi

idle() {
	doctor $a && says 0 'Nothing found' && [ "$(wc -l <"$tmp/out")" -eq 1 ]
}
pair
expect "an idle system" idle

finish
