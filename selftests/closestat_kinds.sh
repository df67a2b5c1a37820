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

# It has read the first line, and wants no more.
head_read() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True:
    c, _ = l.accept(); c.recv(100); c.sendall(b'x' * 5000); until_go(); c.close()" || return
	doctor_while $a py $a "
for i in range(3):
    s = C(('10.6.0.2', 80)); s.sendall(b'GET'); s.recv(12); s.close(); go()"
	says 1 '3 of 3 connections that ended were reset by close[(][)] before what the server sent was read to its end: 3 with 10.6.0.2:80 of python3' \
		'a health check that reads the first line'
}
pair
expect "a client that reads the beginning of an answer" head_read

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

other_address() {
	program $b "l = L(('127.0.0.1', 8080)); ready(); time.sleep(100)" || return
	doctor_while $b py $a "
for i in range(5):
    try: C(('10.6.0.2', 8080))
    except ConnectionRefusedError: pass"
	says 1 '5 RSTs answered SYNs for which no listener was found: 5 for port 8080 from 10.6.0.1; python3/[0-9]+ listens on that port, but on 127.0.0.1:8080 alone' \
		"Try: ip netns exec $b ss -ltnp 'sport = :8080'\$" || return
	eval "$(sed -n 's/^ *Try: //p' "$tmp/out")" | grep '127.0.0.1:8080.*python3'
}
pair
expect "SYNs for a port on which a program listens elsewhere" other_address

# What a namespace only passes on, it has not sent.
passed_on() {
	third || return
	doctor_while $b py $a "
for i in range(5):
    try: C(('10.7.0.2', 81))
    except ConnectionRefusedError: pass"
	says 0 && ! grep 'port 81' "$tmp/out" || return
	doctor_while $c py $a "
for i in range(5):
    try: C(('10.7.0.2', 81))
    except ConnectionRefusedError: pass"
	says 1 '5 RSTs answered SYNs for ports where nobody listens: 5 for port 81 from 10.6.0.1'
}
pair
expect "RSTs to SYNs that are only passed on" passed_on

# A check of a service that speaks first.
greeted() {
	program $b "
l = L(('10.6.0.2', 22)); ready()
while True:
    c, _ = l.accept(); c.sendall(b'SSH-2.0-x')
    try: c.recv(9)
    except OSError: pass" || return
	doctor_while $b py $a "
for i in range(3):
    s = C(('10.6.0.2', 22)); s.recv(9); s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()"
	says 0 'Nothing found' 'Harmless: 3 of 3 connections that ended were reset by the peer, a client, that had been greeted, and had not sent a byte: 3 on port 22 of python3.* with 10.6.0.1'
}
pair
expect "health checks of a service that speaks first" greeted

# The last bytes of a client of STARTTLS, or what is not TLS at all.
perhaps_tls() {
	program $b "
l = L(('10.6.0.2', 5432)); ready(); c, _ = l.accept(); c.recv(9); c.sendall(b'answer'); c.close(); time.sleep(100)" || return
	doctor_while $b py $a "
s = C(('10.6.0.2', 5432)); s.sendall(b'ask')
while s.recv(9): pass
s.sendall(b'bye')"
	says 1 "1 of 1 connection that ended was reset because the peer's last bytes came after close[(][)], on a port that is used with TLS as well as without.*: 1 on port 5432 of python3.* with 10.6.0.1" \
		'A close_notify is harmless[.] Else data is lost'
}
pair
expect "last bytes on a port that is used with TLS and without" perhaps_tls

## connect() that fails

no_answer() {
	drop $b input 'tcp dport 5000' && in_netns $a sysctl -qw net.ipv4.tcp_syn_retries=1 || return
	# Linear at first, from 6.5 on.
	in_netns $a sysctl -qw net.ipv4.tcp_syn_linear_timeouts=0 2>/dev/null
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

# A program's own timeout is over before the kernel's; others wait still.
own_timeout() {
	drop $b input 'tcp dport 5000' || return
	doctor_while $a py $a "
for i in range(3):
    s = socket.socket(); s.settimeout(.3)
    try: s.connect(('10.6.0.2', 5000))
    except OSError: s.close()"
	says 1 '3 of 3 connections that ended were given up by the program before connect[(][)] had an answer: 3 with 10.6.0.2:5000 of python3' &&
		program $a "
k = begin(('10.6.0.2', 5000), 4)
ready(); time.sleep(100)" && doctor $a 3 &&
		says 1 '4 connect[(][)]s of python3/[0-9]+ wait for an answer of 10.6.0.2:5000: SYNs were sent up to [2-9] times'
}
pair
expect "connects that a program gives up, and that wait" own_timeout

## An answer that is late

waited() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); c, _ = l.accept(); c.recv(9); until_go(); c.sendall(b'late'); time.sleep(100)" || return
	doctor_while $a py $a "
s = C(('10.6.0.2', 80)); s.sendall(b'GET'); s.settimeout(1)
try: s.recv(9)
except OSError: s.close(); go()
while os.path.exists('$tmp/go'): time.sleep(.05)
for i in range(600):
    if 'rst_sent_data_after_close 1' in open('/proc/net/tcp_closestat').read(): break
    time.sleep(.05)"
	says 1 "1 of 1 connection that ended was reset because the peer's answer came after this side had waited, and closed, idle for .*: 1 with 10.6.0.2:80 of python3" \
		'a longer timeout here'
}
pair
expect "an answer after the client's timeout" waited

gave_up_waiting() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); c, _ = l.accept()
while c.recv(9): pass
c.close(); go(); time.sleep(100)" || return
	doctor_while $b py $a "
s = C(('10.6.0.2', 80)); s.sendall(b'GET'); s.settimeout(1)
try: s.recv(9)
except OSError: s.close()
until_go()"
	says 1 '1 connection was closed without one byte of answer when the client had waited, and closed, idle for .* on port 80 of python3 with 10.6.0.1' '499'
}
pair
expect "a client whose timeout is shorter than the answer takes" gave_up_waiting

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

## CLOSE_WAIT

# Three of four are closed, and three others come: a pool that is used, no leak.
come_and_go() {
	program $b "
l = L(('10.6.0.2', 80)); k = [l.accept()[0] for i in range(4)]; ready(); until_go()
for i in range(3): k[i].close(); k[i] = l.accept()[0]; k[i].recv(1)
open('$tmp/gone', 'w').close(); time.sleep(100)" &
	until_true listens $b 80 && py $a "for i in range(4): C(('10.6.0.2', 80)).close()" &&
		until_true test -e "$tmp/ready" || return
	replace() {
		py $a "go()
for i in range(3): C(('10.6.0.2', 80)).close()" && until_true test -e "$tmp/gone"
	}
	doctor_while $b replace
	says 1 '^.*4 sockets stay in CLOSE_WAIT, held by python3/[0-9]+ on port 80 with 10.6.0.1: .*no more came' &&
		! grep 'A leak' "$tmp/out"
}
pair
expect "sockets in CLOSE_WAIT that come and go" come_and_go

# Each in a process of its own, as a server has them that forks.
leak_by_processes() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True:
    c, _ = l.accept()
    if not os.fork(): l.close(); time.sleep(100)
    c.close()" || return
	program $a "
for i in range(6): C(('10.6.0.2', 80)).close()
ready()
while True: C(('10.6.0.2', 80)).close(); time.sleep(.4)" && doctor $b 4 &&
		says 1 'sockets stay in CLOSE_WAIT, held by python3 [(]several processes[)] on port 80 .* more in the 4 s watched' 'A leak'
}
pair
expect "CLOSE_WAIT that grows, over processes" leak_by_processes

not_read() {
	program $b "l = L(('10.6.0.2', 80)); ready(); c, _ = l.accept(); time.sleep(100)" &&
		py $a "s = C(('10.6.0.2', 80)); s.sendall(b'x' * 276); s.close()" && doctor $b 3 &&
		says 1 '1 socket stays in CLOSE_WAIT, held by python3/[0-9]+ on port 80 .*; 276 bytes that came are unread' \
			'does not even read'
}
pair
expect "CLOSE_WAIT of a program that hangs" not_read

# The service has the higher of the two ports, and its listener is not here.
high_port() {
	program $b "
l = L(('10.6.0.2', 50051)); ready(); l.accept()[0].close(); time.sleep(100)" || return
	program $a "
s = socket.create_connection(('10.6.0.2', 50051), source_address=('10.6.0.1', 40000))
s.recv(1); ready(); time.sleep(100)" && doctor $a 3 &&
		says 1 '1 socket stays in CLOSE_WAIT, held by python3/[0-9]+ to port 50051 with 10.6.0.2:50051' \
			'The peer has closed an idle connection of a client'
}
pair
expect "a client of a service with a higher port" high_port

# Two listeners share the port, and one of them hangs.
one_hangs() {
	reuse="
l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
l.bind(('10.6.0.2', 80)); l.listen(100); ready()"
	program $b "$reuse
open('$tmp/hangs', 'w').write(str(os.getpid())); time.sleep(100)" && program $b "$reuse
while True: l.accept()[0].close()" && py $a "for i in range(32): C(('10.6.0.2', 80)).close()" &&
		doctor $b 3 && says 1 "held by a listener that has not accepted (it|them), python3/$(cat "$tmp/hangs"),"
}
pair
expect "the one that hangs, of two listeners that share a port" one_hangs

## Ports

open_ipv6() {
	few_ports $a '40000 40019' && program $b "
l = socket.create_server(('fd06::2', 80), family=socket.AF_INET6, backlog=100); ready()
k = []
while True: k.append(l.accept())" || return
	program $a "k = [C(('fd06::2', 80)) for i in range(18)]; ready(); time.sleep(100)" && doctor $a &&
		says 1 'Connections hold 18 of the 20 usable ports to \[fd06::2\]:80 by python3/[0-9]+: 18 are open, 0 in CLOSE_WAIT, 0 in SYN_SENT, 0 in TIME_WAIT' \
			'A shorter TIME_WAIT does not help'
}
pair
expect "ports that open connections of IPv6 hold" open_ipv6

# tcp_tw_reuse does nothing without them.
no_timestamps() {
	few_ports $a '40000 40019' && in_netns $a sysctl -qw net.ipv4.tcp_timestamps=0 || return
	closing_server 10.6.0.2 && py $a "
for i in range(18):
    s = C(('10.6.0.2', 80)); s.shutdown(socket.SHUT_WR); s.recv(1); s.close()" && doctor $a &&
		says 1 'TIME_WAIT of 60 s holds 18 of the 20 usable ports' \
			"Try: ip netns exec $a sysctl -w net.ipv4.tcp_timestamps=1 net.ipv4.tcp_tw_reuse=1\$"
}
pair
expect "ports without timestamps" no_timestamps

# tcp_tw_reuse is on, but the peer has no timestamps: nothing is taken over.
not_reusable() {
	few_ports $a '40000 40019' && in_netns $a sysctl -qw net.ipv4.tcp_tw_reuse=1 &&
		in_netns $b sysctl -qw net.ipv4.tcp_timestamps=0 || return
	closing_server 10.6.0.2 || return
	doctor_while $a py $a "
for i in range(23):
    try:
        s = C(('10.6.0.2', 80)); s.shutdown(socket.SHUT_WR); s.recv(1); s.close()
    except OSError: pass"
	says 1 'TIME_WAIT of 60 s holds 20 of the 20 usable ports for connections to 10.6.0.2:80.*3 connects failed'
}
pair
expect "TIME_WAITs that tcp_tw_reuse does not help" not_reusable

## TIME_WAIT

# What is sent twice meets a TIME_WAIT, which answers; the peer has gone by then, and resets it.
sent_twice() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True: l.accept()[0].close()" && in_netns $a tc qdisc add dev v root netem delay 5ms duplicate 100% || return
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
rfc1337 $b 0
expect "TIME_WAITs that a RST ends" sent_twice

# An ACK that the peer's FIN has overtaken, on the way between two CPUs: both ends are here, and the
# ACK's timestamp is older.
late_ack() {
	in_netns $a sysctl -qw net.ipv4.tcp_timestamps=2 || return
	all() {
		py $a "
l = L(('127.0.0.1', 80)); s = C(('127.0.0.1', 80)); c, _ = l.accept()
port = s.getsockname()[1]; s.close(); c.recv(1); c.close()
while any(x.split()[3] in ('08', '09') for x in open('/proc/net/tcp')): pass
send_ack(('127.0.0.1', 80), ('127.0.0.1', port), 0, struct.pack('!BBBBII', 1, 1, 8, 10, 1, 0))"
	}
	doctor_while $a all
	says 1 '1 TIME_WAIT was ended by a RST' 'overtook an ACK' "Try: ip netns exec $a sysctl -w net.ipv4.tcp_rfc1337=1\$"
}
pair
rfc1337 $a 0
expect "a TIME_WAIT that an ACK meets which was late" late_ack

# Another host behind a NAT takes the port again, and its timestamps are older than those of the
# connection before: of the two orders one has them older.
behind_nat() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True: l.accept()[0].close()" || return
	nat() {
		local port modes mode

		for port in 20000 20001 20002; do
			for modes in '1 2' '2 1'; do
				for mode in $modes; do
					in_netns $a sysctl -qw net.ipv4.tcp_timestamps=$mode
					py $a "
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('10.6.0.1', $port))
s.connect(('10.6.0.2', 80)); s.recv(1); s.close()"
				done
				port=$((port + 1000))
			done
		done
	}
	doctor_while $b nat
	says 1 '[0-9]+ TIME_WAITs? (was|were) ended by a RST' 'Behind NAT' && ! grep rfc1337 "$tmp/out"
}
pair
rfc1337 $b 0
expect "a TIME_WAIT that a client behind a NAT meets" behind_nat

not_by_the_peer() {
	in_netns $b sysctl -qw net.ipv4.tcp_timestamps=0
	closing_server 10.6.0.2 && closestat set -N $a time_wait=5s || return
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
k = begin(('10.6.0.2', 8080), 8)
import select
time.sleep(1); go()
for s in k: select.select([], [s], [], 30)"
	says 1 '[0-9]+ connections? found a listen queue full while doctor looked .*python3/[0-9]+ on port 8080, backlog 1'
}
pair
expect "a listen queue that was full for a moment" momentary

# Without cookies, or who got one takes his connection for established, and sends nothing more.
no_files() {
	in_netns $b sysctl -qw net.ipv4.tcp_syncookies=0
	program $b "
import resource
l = L(('10.6.0.2', 8080), 3); resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20)); k = []
while len(k) < 20:
    try: k.append(l.accept()[0])
    except OSError: time.sleep(.05)" & until_true listens $b 8080 && program $a "
k = begin(('10.6.0.2', 8080), 30)
ready(); time.sleep(100)" && until_true waits_in_queue && doctor $b
	says 1 'The listen queue of port 8080 [(]python3/[0-9]+[)] is full: .*; it has 20 of 20 files open' \
		'EMFILE' 'Try: prlimit --pid [0-9]+ --nofile=80'
}
waits_in_queue() {
	in_netns $b ss -Hltn 'sport = :8080' | awk '{ exit !($2 > $3) }'
}
pair
expect "a listener that has all files open that it may" no_files

# Nobody answers the SYN-ACKs.
flooded() {
	program $b "l = L(('10.6.0.2', 80), 8); ready(); time.sleep(100)" && drop $a input 'tcp sport 80' || return
	doctor_while $b py $a "k = begin(('10.6.0.2', 80), 30)"
	says 1 'no room for more half-open connections: [1-9][0-9]* got a cookie, .* [(]listening here: python3/[0-9]+ on port 80, backlog 8[)]' 'SYN flooding' || return
	# Those that hang still are a finding.
	in_netns $b ss -K state syn-recv >/dev/null
	doctor $b
	says 0 'Earlier: SYNs met a listener with no room for more half-open connections: [1-9][0-9]* got a cookie'
}
pair
expect "more half-open connections than there is room for" flooded

no_backlog() {
	program $b "l = L(('10.6.0.2', 8080), 0); ready(); time.sleep(100)" &&
		program $a "s = C(('10.6.0.2', 8080)); ready(); time.sleep(100)" &&
		doctor $b && says 1 'The listen queue of port 8080 [(]python3/[0-9]+[)] is full: 1 connection waits, its backlog is 0'
}
pair
expect "a listener without a backlog" no_backlog

table_full() {
	track $a 40 && holds 80 && program $a "
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
