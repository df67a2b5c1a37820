#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the unit tests named on the command line and the tests of the command
# line itself; the last line is the count.
set -u
cd "$(dirname "$0")" || exit 1

passed=0 failed=0 skipped=0

count() # RESULT NAME
{
	case $1 in
	0) passed=$((passed + 1)) ;;
	*) failed=$((failed + 1)); echo "not ok $2" ;;
	esac
}

# A test program that dies before its plan has failed, whatever it printed.
unit() # PROGRAM
{
	local out good bad
	out=$("./$1" 2>&1)
	good=$(grep -c '^ok ' <<<"$out")
	bad=$(grep -c '^not ok ' <<<"$out")
	grep -q "^1\\.\\.$((good + bad))\$" <<<"$out" || bad=$((bad + 1))
	[ "$bad" -eq 0 ] || { echo "# $1"; echo "$out"; }
	passed=$((passed + good))
	failed=$((failed + bad))
}

# Exit code, where the text goes and a word of it.
usage() # CODE STREAM WORD ARGUMENT...
{
	local code=$1 stream=$2 word=$3 got out err
	shift 3
	err=$(mktemp)
	out=$(./closelab "$@" 2>"$err")
	got=$?
	[ "$stream" = out ] || out=$(cat "$err")
	rm -f "$err"
	[ "$got" -eq "$code" ] && grep -qe "$word" <<<"$out"
	count $? "closelab $*: exit code $got, \"$out\""
}

for program; do
	unit "$program"
done

usage 0 out Usage --help
usage 0 out Usage -h
usage 2 err Usage
usage 2 err 'unknown command' nonsense
usage 0 out client-closes-first list
usage 0 out Usage list --help
usage 2 err unknown list extra
usage 0 out Usage run --help
usage 2 err 'a name is needed' run
usage 2 err 'a name is needed' run --server 1
usage 2 err 'no such scenario' run no-such-thing
usage 2 err 'one scenario' run client-closes-first killed
usage 2 err 'not both' run client-closes-first --server 1
usage 2 err 'no such server behaviour' run --server 10 --client 1
usage 2 err 'no such client behaviour' run --server 1 --client 3
usage 2 err 'not a time' run client-closes-first --time-wait 1
usage 2 err '0 to 10min' run client-closes-first --time-wait 11min
usage 2 err 'not a time' run client-closes-first --delay 20
usage 2 err 'needs the module' run client-closes-first -t 1s --without-module
usage 2 err 'for the scenarios proxy' run client-closes-first --profile
usage 2 err 'for the scenarios proxy' run --server 1 --client 1 --profile
usage 2 err 'for the scenario proxy' run http-1.0 --rates
usage 2 err '15 s to 4 min' run proxy --profile -t 14s
usage 2 err 'unrecognized option' run --nonsense
usage 0 out Usage peer --help
usage 2 err Usage peer
usage 2 err 'no such behaviour' peer server 77 7000
usage 2 err 'not a port' peer server 1 70000
usage 2 err 'not an address' peer client 1 nowhere 7000

usage 0 out Usage explain --help
usage 2 err 'a file is needed' explain
usage 2 err 'No such file' explain no-such-file
usage 2 err 'not the number' explain -c 0 file
usage 2 err 'is for -i' explain -d 5 file
usage 2 err 'not both' explain -j -s file
usage 2 err 'filter' explain /dev/null 'nonsense filter'

# Whether completion offers the word WANT for the last of the others.
completes() # WANT WORD...
{
	local want=$1

	COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMPREPLY=()
	_closelab
	[[ " ${COMPREPLY[*]} " = *" $want "* ]]
	count $? "'${*:2}' is completed to $want"
}

# shellcheck source=tools/closelab/completion/closelab.bash
. completion/closelab.bash
PATH=$PWD:$PATH
completes explain closelab e
completes client-closes-first closelab run client-
completes --pcap closelab run --p
completes --interface closelab explain --i
completes lo closelab explain -i l
completes check.sh closelab explain chec
completes server closelab peer s
if command -v zsh >/dev/null; then
	zsh -n completion/_closelab
	count $? "zsh takes its completion"
fi

# A test in TAP, of which what failed is shown.
tap() # COMMAND...
{
	local out good bad

	out=$("$@")
	good=$(grep -c '^ok ' <<<"$out")
	bad=$(grep -c '^not ok ' <<<"$out")
	grep -q "^1\\.\\.$((good + bad))\$" <<<"$out" || bad=$((bad + 1))
	grep '^not ok ' <<<"$out"
	passed=$((passed + good)) failed=$((failed + bad))
}

# Captures of the lab, captured in other ways, and those that others have labelled, where
# they are: they are not of the project.
captures=${CAPTURES-../../../shared/captures}
if ! command -v python3 >/dev/null; then
	echo "# skipped: captures are not tried, there is no python3"
	skipped=$((skipped + 2))
else
	tap explain/test_variations.py ./closelab explain/seeds/*.pcap
	if [ -e "$captures/labels.tsv" ]; then
		tap explain/test_captures.py ./closelab "$captures"
	else
		echo "# skipped: no labelled captures in CAPTURES=$captures"
		skipped=$((skipped + 1))
	fi
fi

# A filter that leaves one connection draws it.
explains() # CODE WORDS ARGUMENT...
{
	local code=$1 words=$2 out got
	shift 2
	out=$(./closelab explain "$@" 2>&1)
	got=$?
	[ "$got" -eq "$code" ] && grep -qe "$words" <<<"$out"
	count $? "closelab explain $*: exit code $got, no \"$words\" in \"$out\""
}

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
explains 2 'no such connection' -c 9 explain/seeds/three-segments-4.pcap

# docs/scenarios.md is generated. Its ladders are compared where scenarios run,
# in a guest; that it has the words and the sections of today is seen here.
scenarios=../../docs/scenarios.md
if [ -e $scenarios ]; then
	diff <(./closelab list --names) <(sed -n 's/^### //p' $scenarios)
	count $? "$scenarios has a section for each scenario: run gen-doc.sh"
	diff scenarios.intro.md <(head -n "$(wc -l <scenarios.intro.md)" $scenarios)
	count $? "$scenarios begins with scenarios.intro.md: run gen-doc.sh"
else
	skipped=$((skipped + 2))
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
