#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # called by "expect"
# closelab explain on captures: those of the lab, also captured in other ways, and those that
# others have labelled, where CAPTURES is a folder of them: they are not of the project.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=selftests/lib/tap.sh
. ../../selftests/lib/tap.sh

# explains CODE WORDS ARGUMENT... - the exit status, and what is found in the text
explains() {
	local code=$1 words=$2
	shift 2

	expect "closelab explain $*: exit status $code, \"$words\"" \
		status_says "$code" "$words" ./closelab explain "$@"
}

echo "TAP version 13"
captures=${CAPTURES-../../../shared/captures}
if ! command -v python3 >/dev/null; then
	skip "captures" "there is no python3"
else
	subtests "captured in other ways" explain/test_variations.py ./closelab explain/seeds/*.pcap
	subtests "made segment by segment" explain/test_made.py ./closelab
	if [ -e "$captures/labels.tsv" ]; then
		subtests "labelled captures" explain/test_captures.py ./closelab "$captures"
	else
		skip "labelled captures" "there are none in CAPTURES=$captures"
	fi
fi
explains 0 'FIN ACK seq=' explain/seeds/three-segments-4.pcap port 7000
explains 0 'FIN ACK seq=' -c 1 explain/seeds/three-segments-4.pcap
explains 0 'no connection matches' explain/seeds/three-segments-4.pcap port 7001
explains 1 'rst_sent data_after_close' explain/seeds/data-after-close-4.pcap
explains 1 '^192.0.2.2 .*rst_sent data_after_close' -s explain/seeds/data-after-close-4.pcap
explains 0 'takes over a TIME_WAIT' -v explain/seeds/tw-reuse-4.pcap
explains 0 'accept queue full' -v explain/seeds/accept-queue.pcap
explains 1 'zero window of the server' -v explain/seeds/zero-window.pcap
explains 1 'a SYN met this connection: challenge ACK, then RST' -v explain/seeds/syn-meets-old.pcap
explains 1 'its number is the rightmost SACK edge' -v explain/seeds/sack-edge.pcap
explains 1 'not sent by the server: something between (TTL 64, before it 64)' -v explain/seeds/ip-id.pcap
explains 0 '"between_left_out": false' -j -p explain/seeds/three-segments-4.pcap explain/seeds/three-segments-4.pcap
explains 2 '"in_peer": true' -j -p <(head -c -10 explain/seeds/three-segments-4.pcap) explain/seeds/three-segments-4.pcap
explains 2 'no such connection' -c 9 explain/seeds/three-segments-4.pcap
finish
