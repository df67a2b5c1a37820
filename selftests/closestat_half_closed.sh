#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # names without blanks; called by "expect"
#
# Requests that are not answered, and connections that one side has closed while the other goes
# on, each made for real: doctor's answer has to have the right words and numbers in it.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"

echo "TAP version 13"

# The worker is gone, or does not understand what it is asked.
empty_reply() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True: c, _ = l.accept(); c.recv(100); c.close()" || return
	ask="
for i in range(5):
    s = C(('10.6.0.2', 80)); s.sendall(b'GET'); s.recv(9); s.close()"
	doctor_while $a py $a "$ask"
	says 1 '5 connections were closed without one byte of answer to what was sent, by the peer.*: 5 with 10.6.0.2:80 of python3' 'Empty reply' || return
	doctor_while $b py $a "$ask"
	says 1 '5 connections were closed without one byte of answer to what had come, by the program.*: 5 on port 80 of python3 with 10.6.0.1'
}
pair
expect "a server that closes without an answer" empty_reply

# half_closed TEXT - $a has sent its FIN and does as TEXT says; $b sends on
half_closed() {
	program $b "
l = L(('10.6.0.2', 80)); ready(); c, _ = l.accept()
while c.recv(9): pass
while True: c.send(b'x' * 5000); time.sleep(.02)" && program $a "
s = C(('10.6.0.2', 80)); s.sendall(b'GET'); s.shutdown(socket.SHUT_WR); s.recv(9); ready()
$1"
}
still_sent() {
	half_closed "
while s.recv(100000): pass" && doctor $b 3 || return
	says 0 '1 socket stays in CLOSE_WAIT, held by python3/[0-9]+ on port 80 ' 'still sent its answer' || return
	doctor $a 3
	says 0 '1 socket stays in FIN_WAIT2, held by python3/[0-9]+ to port 80 ' 'the peer still sends'
}
pair
expect "an answer that goes on after the client's half-close" still_sent

half_closed_gone() {
	half_closed "
while s.recv(100000): pass" && drop $a input 'tcp sport 80' || return
	until_true is_retried && doctor $b 2
	says 1 '1 socket stays in CLOSE_WAIT, held by python3/[0-9]+ on port 80 .*; [0-9]+ bytes unsent or not acknowledged, retransmitting' \
		'The peer no longer acknowledges: .*TCP_USER_TIMEOUT'
}
is_retried() {
	in_netns $b ss -Htino state close-wait | grep -q 'backoff:[2-9]'
}
pair
expect "a client that is gone after its half-close" half_closed_gone

does_not_read() {
	half_closed "time.sleep(100)" && until_true is_shut && doctor $b 2 &&
		says 1 "1 socket stays in CLOSE_WAIT, held by python3/[0-9]+ on port 80 .*because the peers' window is shut" 'Half-closed by a peer that does not read'
}
is_shut() {
	in_netns $b ss -Htino state close-wait | grep -q 'timer:(persist'
}
pair
expect "a client that does not read after its half-close" does_not_read

finish
