#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# watch on a terminal of its own: draws, resizes, bears the loss of the module, tidies up.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

# True as soon as the condition holds, false if it does not within 20 s.
await() {
	local deadline=$((SECONDS + 20))

	until eval "$1"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		read -rt 0.05 <>"$TMP/never"
	done
	return 0
}

# How often that has been drawn.
drawn() { grep -ao "$1" "$TMP/screen" | wc -l; }

# start ARGUMENTS: watch on a terminal of 80 columns; keys go to descriptor $keys.
start() {
	cat >"$TMP/inside" <<-END
		stty rows 24 cols 80
		stty -g >$TMP/stty-before
		tty >$TMP/tty
		$CLOSESTAT watch $*
		echo \$? >$TMP/status
		stty -g >$TMP/stty-after
	END
	rm -f "$TMP"/{screen,status,tty,stty-before,stty-after}
	coproc terminal { TERM=xterm exec script -qfc "bash $TMP/inside" "$TMP/screen" >/dev/null; }
	# Bash forgets them when the process ends.
	terminal_pid=$terminal_PID keys=${terminal[1]}
	await '[ -s "$TMP/tty" ] && [ -s "$TMP/screen" ]'
}

# The program has ended with this status and left the terminal as it was.
ended() {
	await '[ -s "$TMP/stty-after" ]' && [ "$(<"$TMP/status")" = "$1" ] &&
		cmp -s "$TMP/stty-before" "$TMP/stty-after" && grep -aqF $'\033[?1049l' "$TMP/screen"
}

mkfifo "$TMP/never"
rc='' out='' err=''
make_proc
counters=$PROC_ROOT/thread-self/net/tcp_closestat

expect 'watch without a terminal' 1 '' 'watch needs a terminal' watch
for seconds in 0 0.09 61 x; do
	expect "watch $seconds" 2 '' 'no number of seconds' watch "$seconds"
done
expect 'watch 1 2' 2 '' "unexpected '2'" watch 1 2

if ! script -qec true /dev/null >/dev/null 2>&1; then
	skip 'on a terminal' 'no terminal can be made'
	ktap_end
fi

start 0.1
check 'draws' 'await "[ \$(drawn RESET.BECAUSE) -gt 0 ]"'
check 'draws the ports' 'await "[ \$(drawn 28232.ports) -gt 0 ]"'
sed -i 's/^ended_active_fin .*/ended_active_fin 87654/' "$counters"
check 'refreshes' 'await "[ \$(drawn 87654) -gt 0 ]"'
mv "$counters" "$TMP/away"
check 'says that the module is gone' 'await "[ \$(drawn waiting.for.it) -gt 0 ]"'
before=$(drawn STATE)
mv "$TMP/away" "$counters"
check 'goes on when it is back' 'await "[ \$(drawn STATE) -gt $before ]"'
echo garbage >"$counters"
check 'says that a file is broken' 'await "[ \$(drawn cannot.read.the.counters) -gt 0 ]"'
make_proc
size=$(stat -c %s "$TMP/screen")
stty -F "$(<"$TMP/tty")" rows 10 cols 30
check 'resizes' 'await "[ \$(stat -c %s "$TMP/screen") -gt $((size + 200)) ]"'
printf q >&"$keys"
check 'q ends it' 'ended 0'
wait "$terminal_pid"

start
await '[ "$(drawn STATE)" -gt 0 ]'
printf '\003' >&"$keys"
check 'Ctrl+C ends it' 'ended 0'
wait "$terminal_pid"

ktap_end
