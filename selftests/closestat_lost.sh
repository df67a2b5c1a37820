#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # names without blanks; called by "expect"
#
# Connections that one side has lost and the other has not, each made for real: doctor's answer has to have the right words and numbers in it.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"
echo "TAP version 13"

## Connections that are open, and whose peer no longer answers

# holds PORT - a server that keeps what comes
holds() {
	program $b "
l = L(('10.6.0.2', $1)); ready(); k = []
while True: k.append(l.accept())"
}
# sent_again NS TIMES - a segment was sent again so many times there
sent_again() {
	ip netns exec $1 ss -Htino state established | grep -oE '(backoff:|timer:\(keepalive,[0-9a-z.]+,)[0-9]+' |
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

finish
