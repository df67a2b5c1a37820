#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # names without blanks; called by "expect"
#
# What is no failure, or not the one that it looks like: port scans, programs that try many
# destinations, relays; and handshakes and segments that are lost on the way. Each made for real:
# doctor's answer has to have the right words and numbers in it.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"

echo "TAP version 13"

## Scans

# scans NS TIMES [TEXT] - 40 ports of 10.6.0.2 are asked for, each so often, and what TEXT says
scans() {
	py $1 "
def ask(port):
    try: C(('10.6.0.2', port))
    except ConnectionRefusedError: pass
for port in range(2000, 2040):
    for i in range($2): ask(port)
${3-}"
}
scanned() {
	doctor_while $b scans $a 1
	says 0 'Nothing found' 'Harmless: 40 RSTs answered SYNs for 40 ports where nobody listens, a port scan by the looks of it: nobody asked for one of them more than 5 times; from 10.6.0.1[.]' || return
	doctor $b
	says 0 'Earlier: 40 RSTs answered SYNs for 40 ports .* a port scan by the looks of it, before doctor looked, the last .* ago: .*harmless by itself'
}
pair
expect "a port scan" scanned

scanned_and_wanted() {
	doctor_while $b scans $a 2 'for i in range(9): ask(8443)'
	says 1 '^1. 9 RSTs answered SYNs for ports where nobody listens: 9 for port 8443 from 10.6.0.1' \
		'Harmless: 80 RSTs answered SYNs for 40 ports where nobody listens, a port scan' || return
	doctor $b
	says 0 'Earlier: 9 RSTs answered SYNs for ports where nobody listens, .*: 9 for port 8443 from 10.6.0.1' \
		'Earlier: 80 RSTs answered SYNs for 40 ports .* a port scan'
}
pair
expect "a service that is gone, amid a port scan" scanned_and_wanted

wanted() {
	doctor_while $b scans $a 6
	says 1 '^1. 240 RSTs answered SYNs for ports where nobody listens: 6 for port 20[0-3][0-9] from 10.6.0.1 and others' &&
		! grep 'port scan' "$tmp/out"
}
pair
expect "many services that are gone, which clients ask for again" wanted

# Both sides of it are here.
scans_itself() {
	doctor_while $b scans $b 1
	says 0 'Harmless: 40 of 40 connections that ended were refused on many ports of one host, .* a port scan from here, by the looks of it: 1 with 10.6.0.2:20' \
		'Harmless: 40 RSTs answered SYNs for 40 ports where nobody listens, a port scan' || return
	doctor $b
	says 0 'Earlier: 40 of 40 connections that ended were refused on many ports of one host'
}
pair
expect "a scanner that runs here" scans_itself

scans_and_wants() {
	doctor_while $a scans $a 1 'for i in range(9): ask(8443)'
	says 1 '^1. 9 of 49 connections that ended were refused: .*: 9 with 10.6.0.2:8443 of python3' \
		'Harmless: 40 of 49 connections that ended were refused on many ports of one host'
}
pair
expect "a scanner that runs here, and a service that is gone" scans_and_wants

## connect() that waits

# tries NS N - a program there tries so many destinations, none of which answers
tries() {
	drop $b input 'tcp dport 5000-5099' && program $1 "
k = [s for i in range($2) for s in begin(('10.6.0.2', 5000 + i), 2)]
ready(); time.sleep(100)" && until_true sent_syns_again $1 $(($2 * 2))
}
sent_syns_again() {
	[ "$(in_netns $1 ss -Htno state syn-sent | grep -c 'timer:(on,[0-9a-z.]*,[1-9]')" -ge "$2" ]
}
tries_many() {
	tries $a 4 && doctor $a || return
	says 1 '^1. 8 connect[(][)]s of python3/[0-9]+ wait for an answer of 4 destinations, one of them 10.6.0.2:500[0-3]: SYNs were sent up to [2-9] times' &&
		! grep '^2[.]' "$tmp/out" &&
		closestat doctor -N $a -d 0 -j | grep '"level": *"risk"'
}
pair
expect "a program that tries many destinations" tries_many

tries_few() {
	tries $a 3 && doctor $a || return
	says 1 '^1. 2 connect[(][)]s of python3/[0-9]+ wait for an answer of 10.6.0.2:5000: ' \
		'^3. 2 connect[(][)]s of python3/[0-9]+ wait for an answer of 10.6.0.2:5002: ' "run doctor at the peer"
}
pair
expect "a program with three destinations that do not answer" tries_few

## Handshakes

# half_open N - so many clients of port 80 do not get the SYN-ACK, which was sent again
half_open() {
	program $b "l = L(('10.6.0.2', 80)); ready(); time.sleep(100)" && drop $a input 'tcp sport 80' &&
		ip -n $a addr add 10.6.0.3/24 dev v && program $a "
k = begin(('10.6.0.2', 80), $1 - 1)
s = socket.socket(); s.bind(('10.6.0.3', 0)); s.setblocking(False); s.connect_ex(('10.6.0.2', 80))
ready(); time.sleep(100)" && until_true sent_syn_acks_again "$1"
}
sent_syn_acks_again() {
	[ "$(in_netns $b ss -Htno state syn-recv | grep -c 'timer:(on,[0-9a-z.]*,[1-9]')" -ge "$1" ]
}
handshakes() {
	half_open 8 && doctor $b || return
	says 1 '^1. 8 handshakes on port 80 of python3/[0-9]+ hang in SYN_RECV, with 2 addresses, one of them 10.6.0.1: the SYN-ACK was sent up to [2-9] times' \
		'SYN flood' "Try: ip netns exec $b tcpdump -ni any 'tcp port 80', and" || return
	in_netns $b sysctl -qw net.ipv4.tcp_syncookies=0 && doctor $b &&
		says 1 "Try: ip netns exec $b sysctl -w net.ipv4.tcp_syncookies=1; ip netns exec $b tcpdump"
}
pair
expect "handshakes whose SYN-ACKs are lost" handshakes

one_client() {
	half_open 6 && doctor $b && says 0 'Nothing found'
}
pair
expect "handshakes of one client that has gone" one_client

# There is room for one more when ten have connected; of the others the last ACK is dropped.
no_room() {
	in_netns $b sysctl -qw net.ipv4.tcp_syncookies=0 &&
		in_netns $a tc qdisc add dev v root netem delay 100ms &&
		program $b "l = L(('10.6.0.2', 80), 10); ready(); time.sleep(100)" && program $a "
k = [C(('10.6.0.2', 80)) for i in range(10)] + begin(('10.6.0.2', 80), 11)
ready(); time.sleep(100)" && until_true sent_syn_acks_again 7 && doctor $b &&
		says 1 'The listen queue of port 80' && ! grep SYN_RECV "$tmp/out"
}
pair
expect "handshakes that a full listen queue does not let in" no_room

## Full-sized segments

# loses_full_sized TEXT - what is longer than a tunnel lets through is lost; a client does as TEXT says
loses_full_sized() {
	holds 5432 && drop $b input 'meta length 1400-65535' && program $a "
s = C(('10.6.0.2', 5432)); $1; ready(); time.sleep(100)" && until_true sent_data_again $a 4
}
sent_data_again() {
	in_netns $1 ss -Htino state established | grep -qE "backoff:([$2-9]|[1-9][0-9])"
}
black_hole() {
	loses_full_sized "s.send(b'x'); time.sleep(.2); s.send(b'x' * 4000)" && doctor $a || return
	says 1 '1 connection of python3/[0-9]+ with 10.6.0.2:5432 waits for an ACK: what is in flight [(]full-sized segments, of 1448 bytes[)] was sent up to [5-9] times' \
		'a path-MTU black hole' "Try: ip netns exec $a ping -M do -s 1472 10.6.0.2: .* ip netns exec $a sysctl -w net.ipv4.tcp_mtu_probing=1 helps; else ip netns exec $a ss -tnpo" || return
	in_netns $a sysctl -qw net.ipv4.tcp_mtu_probing=1 && until_true has_got_through && doctor $a && says 0 'Nothing found'
}
has_got_through() {
	! in_netns $a ss -Htino state established | grep backoff
}
pair
expect "full-sized segments that are lost on the way" black_hole

small_ones() {
	holds 5432 && program $a "
s = C(('10.6.0.2', 5432))
import subprocess
subprocess.run(['ip', 'netns', 'exec', '$b', 'nft', 'add table ip t; add chain ip t i { type filter hook input priority 0; }; add rule ip t i drop'], check=True)
s.send(b'select 1'); ready(); time.sleep(100)" && until_true sent_data_again $a 4 && doctor $a &&
		says 1 'waits for an ACK: what is in flight was' && ! grep MTU "$tmp/out"
}
pair
expect "small segments that nobody answers" small_ones

## Relays

# relays N - three clients have closed, and a relay in $b has passed N of their FINs on
relays() {
	program $a "l = L(('10.6.0.1', 81)); ready(); k = [l.accept() for i in range(3)]; time.sleep(100)" && program $b "
l = L(('10.6.0.2', 80)); ready(); k = []
for i in range(3):
    c, _ = l.accept(); u = C(('10.6.0.1', 81)); k.append((c, u))
    while c.recv(9): pass
    if i < $1: u.shutdown(socket.SHUT_WR)
time.sleep(100)" && py $a "for i in range(3): C(('10.6.0.2', 80)).close()" &&
		until_true has $b close_wait 3 && until_true has $b fin_wait2 $1
}
passes_on() {
	relays 3 && doctor $b 3 &&
		says 1 '3 sockets stay in CLOSE_WAIT, held by python3/[0-9]+ on port 80 .*; it holds 3 in FIN_WAIT2 as well, with 10.6.0.1:81' \
			'A relay, or proxy, by the looks of it' "Try: closestat list -N $b --state close-wait,fin-wait-2; run doctor at 10.6.0.1:81" &&
		! grep 'ignores the end of its input' "$tmp/out"
}
pair
expect "a relay that has passed the FINs on" passes_on

passes_one_on() {
	relays 1 && doctor $b 3 && says 1 '3 sockets stay in CLOSE_WAIT, .*watched[.]$' 'ignores the end of its input' &&
		! grep 'A relay' "$tmp/out"
}
pair
expect "a relay that has passed one FIN of three on" passes_one_on

finish
