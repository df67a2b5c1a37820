#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever ends a run, nothing of it is left: no process, no namespace, no file;
# and what goes wrong is said.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

# Processes by their name, without starting any: that takes long in a guest.
processes() # NAME...
{
	local comm name file

	for file in /proc/[0-9]*/comm; do
		read -r comm 2>/dev/null <"$file" || continue
		for name; do
			[ "$comm" != "$name" ] || echo "$file $comm"
		done
	done
}

# What a run that is over must not have left. A namespace without a name lasts
# as long as its processes.
leftovers()
{
	processes closelab closelab-a closelab-b closelab-c
	[ "$(named_files)" = "$files_before" ] || named_files
}

named_files()
{
	compgen -G '/tmp/closelab*'
	compgen -G '/run/netns/*'
}

files_before=$(named_files)

# Wait up to a minute until a command succeeds.
until_true() # COMMAND...
{
	local end=$((SECONDS + 60))

	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
	done
}

no_leftovers()
{
	[ -z "$(leftovers)" ]
}

# shellcheck disable=SC2317 # called by until_true
peer_runs()
{
	[ -n "$(processes closelab-a)" ]
}

# A scenario that lasts a minute, ended from outside while its peer runs.
ended_by() # SIGNAL EXIT-CODE
{
	local pid code output

	"$closelab" run port-exhaustion >"$closelab_logs/out" 2>&1 &
	pid=$!
	until_true peer_runs || echo "the peer does not run" >>"$closelab_logs/out"
	kill "-$1" $pid
	wait $pid
	code=$?
	until_true no_leftovers
	output="exit code $code; left: $(leftovers); said: $(cat "$closelab_logs/out")"
	[ $code -eq "$2" ] && no_leftovers
	closelab_report $? "ended by SIG$1" "$output"
}

# A peer is killed behind the runner's back.
peer_dies()
{
	local pid code output

	"$closelab" run port-exhaustion >"$closelab_logs/out" 2>&1 &
	pid=$!
	until_true peer_runs || echo "the peer does not run" >>"$closelab_logs/out"
	pkill -KILL closelab-a
	wait $pid
	code=$?
	output=$(cat "$closelab_logs/out")
	[ $code -eq 1 ] && no_leftovers &&
		grep -q 'peer 0 (on A) was ended early by signal 9' <<<"$output"
	closelab_report $? "a peer dies early" "exit code $code: $output"
}

# Exit code and message of a run that cannot be.
complains() # NAME CODE WORDS COMMAND...
{
	local name=$1 code=$2 words=$3 output got

	shift 3
	output=$("$@" 2>&1)
	got=$?
	[ $got -eq "$code" ] && grep -q "$words" <<<"$output" && no_leftovers
	closelab_report $? "$name" "exit code $got: $output"
}

# A leftover is noticed, or the other tests would not mean anything.
noticed()
{
	local pid

	: >"$closelab_logs/out"
	"$closelab" peer server 4 127.0.0.1 7000 >"$closelab_logs/out" 2>&1 &
	pid=$!
	until_true grep -q listen "$closelab_logs/out"
	[[ $(leftovers) = *$pid* ]]
	closelab_report $? "a leftover is noticed" "$(ps -e)"
	kill $pid
	wait $pid 2>/dev/null
	until_true no_leftovers
}

# Processes of its own: other tests may run at the same time. Before 2.37 unshare
# has its child ignore SIGTERM.
if [ "${1-}" != inside ] && [ "$(id -u)" -eq 0 ]; then
	exec unshare --pid --fork --kill-child --mount-proc \
		env --default-signal "$0" inside
fi
closelab_begin 7

noticed
ended_by INT 130
ended_by TERM 130
ended_by KILL 137
peer_dies
complains "an unknown scenario" 2 'no such scenario' "$closelab" run nonsense
complains "no permission" 1 'needs CAP_SYS_ADMIN' \
	setpriv --reuid 65534 --clear-groups "$closelab" run client-closes-first
finish
