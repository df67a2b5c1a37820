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
	says 0 'Nothing found' 'Harmless: 40 RSTs answered SYNs for 40 ports where nobody listens, a port scan by the looks of it: nobody asked for one of them more than 5 times; from 1 address, 10.6.0.1' || return
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

finish
