#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # called by "expect"
# The command line of closelab, its completion, and what is generated from its scenarios.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=selftests/lib/tap.sh
. ../../selftests/lib/tap.sh

# said STREAM ARGUMENT... - what closelab prints there alone
said() {
	if [ "$1" = out ]; then
		./closelab "${@:2}" 2>/dev/null
	else
		{ ./closelab "${@:2}" >/dev/null; } 2>&1
	fi
}

# usage CODE STREAM WORD ARGUMENT... - the exit status, where the text goes and a word of it
usage() {
	local code=$1 stream=$2 word=$3
	shift 3

	expect "closelab $*: exit status $code, \"$word\"" \
		status_says "$code" "$word" said "$stream" "$@"
}

echo "TAP version 13"
usage 0 out Usage --help
usage 0 out Usage -h
usage 0 out Usage help
usage 0 out 'Usage: closelab run' help run
usage 2 err 'unknown command' help nonsense
usage 0 out '^closelab [0-9u]' -V
usage 0 out '^closelab [0-9u]' --version
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
usage 1 err '/nowhere/x.svg: No such file' run client-closes-first -g /nowhere/x.svg
usage 1 err '/nowhere/x.pcap: No such file' run client-closes-first --pcap /nowhere/x.pcap
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

# full ARGUMENT... - what it says, with status 1, where there is no room for its output
full() {
	expect "closelab $* without room" status_says 1 'cannot write: No space left on device' unwritable "$@"
}
unwritable() { { ./closelab "$@" >/dev/full; } 2>&1; }
# unread ARGUMENT... - succeeds, and says nothing on stderr, where its reader is gone
unread() (
	trap '' PIPE
	exec 3> >(:)
	wait $!
	{ ./closelab "$@" >&3; } 2>&1 || echo "exit status $?"
)
full --help
full list
full explain --help
for option in '' -j -s; do
	# shellcheck disable=SC2086 # maybe no word
	full explain explain/seeds/three-segments-4.pcap $option
done
expect "closelab list for a reader that is gone" unread list
expect "and explain" unread explain explain/seeds/three-segments-4.pcap

# completes WANT WORD... - completion offers WANT for the last of the others
completes() {
	local want=$1

	COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMPREPLY=()
	offers() {
		_closelab
		[[ " ${COMPREPLY[*]} " = *" $want "* ]] || ! echo "${COMPREPLY[*]}"
	}
	expect "'${*:2}' is completed to $want" offers
}

# shellcheck source=tools/closelab/completion/closelab.bash
. completion/closelab.bash
PATH=$PWD:$PATH
completes explain closelab e
completes client-closes-first closelab run client-
completes --pcap closelab run --p
completes --interface closelab explain --i
completes lo closelab explain -i l
completes test_cli.sh closelab explain test_cl
completes server closelab peer s
if command -v zsh >/dev/null; then
	expect "zsh takes its completion" zsh -n completion/_closelab
else
	skip "zsh takes its completion" "there is no zsh"
fi

# docs/scenarios.md is generated. Its ladders are compared where scenarios run,
# in a guest; that it has the words and the sections of today is seen here.
scenarios=../../docs/scenarios.md
sections() {
	diff <(./closelab list --names) <(sed -n 's/^### //p' $scenarios)
}
intro() {
	diff scenarios.intro.md <(head -n "$(wc -l <scenarios.intro.md)" $scenarios)
}
expect "docs/scenarios.md has a section for each scenario, or gen-doc.sh is to be run" sections
expect "docs/scenarios.md begins with scenarios.intro.md, or gen-doc.sh is to be run" intro
finish
