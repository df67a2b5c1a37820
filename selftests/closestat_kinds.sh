#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # names without blanks; called by "expect"
#
# Kinds of trouble that closestat_reports.sh has once or not at all, each made for real:
# doctor's answer has to have the right words and numbers in it.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"
tracked=
clean_up() {
	[ ! "$tracked" ] || sysctl -qw net.netfilter.nf_conntrack_max="$tracked"
	reports_clean_up
} 2>/dev/null
trap clean_up EXIT

# drop NS HOOK WORDS - packets that match are lost there
drop() {
	ip netns exec "$1" nft "add table ip t; add chain ip t c { type filter hook $2 priority 0; }
		add rule ip t c $3 drop"
}

echo "TAP version 13"

## Resets

upload_unread() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
for i in range(3):
    c, _ = l.accept(); c.recv(100); until_go(); c.sendall(b'HTTP/1.1 413 Too Large'); c.close()
ready(); time.sleep(100)" || return
	doctor_while $b py $a "
for i in range(3):
    s = C(('10.6.0.2', 80)); s.sendall(b'x' * 50000); go()
    try:
        while s.recv(100): pass
    except OSError: pass"
	says 1 '3 of 3 connections that ended were reset by close[(][)] with data unread: 3 on port 80 of python3 with 10.6.0.1' 'a 413 to an upload'
}
pair
expect "an upload that is refused, with data unread" upload_unread

upload_goes_on() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
c, _ = l.accept(); n = 0
while n < 100000: n += len(c.recv(100000))
c.sendall(b'HTTP/1.1 413 Too Large'); c.close(); go(); time.sleep(100)" || return
	doctor_while $b py $a "
s = C(('10.6.0.2', 80)); s.sendall(b'x' * 100000); until_go()
try:
    while True: s.send(b'x' * 1000); time.sleep(.05)
except OSError: pass"
	says 1 '1 of 1 connection that ended was reset while the peer was still sending: an upload.*1 on port 80 of python3 with 10.6.0.1'
}
pair
expect "an upload that goes on after the answer" upload_goes_on

## connect() that fails

no_answer() {
	drop $b input 'tcp dport 5000' && ip netns exec $a sysctl -qw net.ipv4.tcp_syn_retries=1 || return
	# Linear at first, from 6.5 on.
	ip netns exec $a sysctl -qw net.ipv4.tcp_syn_linear_timeouts=0 2>/dev/null
	doctor_while $a py $a "
import threading
def c():
    try: C(('10.6.0.2', 5000))
    except OSError: pass
t = [threading.Thread(target=c) for i in range(4)]
for x in t: x.start()
for x in t: x.join()"
	says 1 '4 of 4 connections that ended were given up by connect[(][)]: no answer: 4 with 10.6.0.2:5000 of python3 [(]Connection timed out[)]'
}
pair
expect "connects that nobody answers" no_answer

unreachable() {
	doctor_while $a py $a "
try: C(('10.6.0.77', 5000))
except OSError: pass"
	says 1 '1 of 1 connection that ended was given up by connect[(][)]: unreachable: 1 with 10.6.0.77:5000 of python3 [(]No route to host[)]' \
		"Try: ip netns exec $a ip route get 10.6.0.77\$" &&
		eval "$(sed -n 's/^ *Try: //p' "$tmp/out")"
}
pair
expect "a connect to a host that is not there" unreachable

## A peer that fell silent

keepalive() {
	program $b "
l = L(('10.6.0.2', 5432)); ready(); k = [l.accept() for i in range(3)]; time.sleep(100)" || return
	doctor_while $a py $a "
import subprocess
k = [C(('10.6.0.2', 5432)) for i in range(3)]
for s in k:
    for o, v in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 2)): s.setsockopt(socket.IPPROTO_TCP, o, v)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
subprocess.run(['nft', 'add table ip t; add chain ip t o { type filter hook output priority 0; }; add rule ip t o tcp dport 5432 drop'], check=True)
for s in k:
    try: s.recv(1)
    except OSError: pass"
	# keepalive_timer resets what it gives up.
	says 1 '3 of 3 connections that ended were .*(no longer answered|fallen silent).*: 3 with 10.6.0.2:5432'
}
pair
expect "a peer that keepalive finds gone" keepalive

last_ack() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); c, _ = l.accept(); c.recv(1); until_go(); c.close(); ready(); time.sleep(100)" || return
	py $a "C(('10.6.0.2', 80)).close()" && rm "$tmp/ready" && drop $a input 'tcp sport 80' &&
		: >"$tmp/go" && until_true test -e "$tmp/ready" && doctor $b 2 &&
		says 1 '1 socket stays in LAST_ACK.* on port 80 with 10.6.0.1: ' "Try: closestat .*-N $b"
}
pair
expect "LAST_ACK whose FIN nobody acknowledges" last_ack

## TIME_WAIT

# What is sent twice meets a TIME_WAIT, which answers; the peer has gone by then, and resets it.
sent_twice() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True: l.accept()[0].close()" && ip netns exec $a tc qdisc add dev v root netem delay 5ms duplicate 100% || return
	all() {
		py $a "
for i in range(20):
    s = C(('10.6.0.2', 80)); s.recv(1); s.close()"
	}
	doctor_while $b all
	says 1 '[0-9]+ TIME_WAITs? (was|were) ended by a RST' "Try: ip netns exec $b sysctl -w net.ipv4.tcp_rfc1337=1\$" || return
	eval "$(sed -n 's/^ *Try: //p' "$tmp/out" | grep rfc1337)" || return
	doctor_while $b all
	! grep -E '^[0-9]+\. .*ended by a RST' "$tmp/out"
}
pair
expect "TIME_WAITs that a RST ends" sent_twice

not_by_the_peer() {
	ip netns exec $b sysctl -qw net.ipv4.tcp_timestamps=0
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True:
    c, _ = l.accept(); c.recv(1); c.close()" && closestat set -N $a time_wait=5s || return
	doctor_while $a py $a "for i in range(20): C(('10.6.0.2', 80)).close()"
	says 1 'time_wait_ms is 5000, but the guard kept 20 of 20 TIME_WAITs longer'
}
pair
expect "a setting without effect, as the peer has no timestamps" not_by_the_peer

## Limits

momentary() {
	program $b "
l = L(('10.6.0.2', 8080), 1); ready(); until_go()
while True: l.accept()" || return
	doctor_while $b py $a "
k = []
for i in range(8):
    s = socket.socket(); s.setblocking(False)
    try: s.connect(('10.6.0.2', 8080))
    except BlockingIOError: pass
    k.append(s)
import select
time.sleep(1); go()
for s in k: select.select([], [s], [], 30)"
	says 1 '[0-9]+ connections? found a listen queue full while doctor looked .*python3/[0-9]+ on port 8080, backlog 1'
}
pair
expect "a listen queue that was full for a moment" momentary

table_full() {
	ip netns exec $a nft 'add table ip t; add chain ip t c { type filter hook output priority 0; }
		add rule ip t c ct state new accept' || return
	tracked=$(sysctl -n net.netfilter.nf_conntrack_max) && sysctl -qw net.netfilter.nf_conntrack_max=40 || return
	program $b "
l = L(('10.6.0.2', 80)); ready(); k = []
while True: k.append(l.accept())" && program $a "
k = [C(('10.6.0.2', 80)) for i in range(38)]
ready(); time.sleep(100)" && doctor $a &&
		says 1 'Connection tracking holds 3[89] of 40 connections' 'nf_conntrack_max='
}
pair
if modprobe nf_conntrack 2>/dev/null; then
	expect "connection tracking that is nearly full" table_full
else
	skip "connection tracking that is nearly full" "needs the module nf_conntrack"
fi

finish
