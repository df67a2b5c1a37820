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

expect_run 'watch without a terminal' 1 '' 'watch needs a terminal' watch
for seconds in 0 0.09 61 x; do
	expect_run "watch $seconds" 2 '' 'no number of seconds' watch "$seconds"
done
expect_run 'watch 1 2' 2 '' "unexpected '2'" watch 1 2

if ! script -qec true /dev/null >/dev/null 2>&1; then
	skip 'on a terminal' 'no terminal can be made'
	finish
	exit
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

# All rows that there are, on 80 by 24.
counter_names | sed 's/$/ 5/; s/^version 5/version 1/' >"$TMP/rows"
cp "$TMP/rows" "$counters"
export LC_ALL=C.UTF-8
start 0.1
check 'colours' 'await "[ \$(drawn STATE) -gt 0 ]" && grep -aqF $'"'\\033[36m'"' "$TMP/screen"'
missing() {
	local name

	while read -r name _; do
		case $name in
		version | ended | time_wait_entered | *_entered | fin_retransmits | record*) continue ;;
		ended_* | rst_sent_* | connect_failed_*) name=${name#ended_} name=${name#rst_sent_} name=${name#connect_failed_} ;;
		time_wait_*) name=${name#time_wait_} ;;
		esac
		[ "$(drawn "$name")" -gt 0 ] || echo "$name"
	done <"$TMP/rows"
}
check 'every row fits' 'await "[ -z \"\$(missing)\" ]"'
sed -i 's/^rst_sent_linger .*/rst_sent_linger 4321/' "$counters"
check 'what moves has a history' 'await "[ \$(drawn █) -gt 0 ]"'
printf '?' >&"$keys"
check 'help' 'await "[ \$(drawn Any.key.goes.back) -gt 0 ]"'
before=$(drawn RESET)
printf 'x' >&"$keys"
check 'and back' 'await "[ \$(drawn RESET) -gt $before ]"'
printf '\033[D\033OD' >&"$keys"
check 'looks back' 'await "[ \$(drawn AGO) -gt 0 ]"'
printf q >&"$keys"
check 'q ends it then, too' 'ended 0'
wait "$terminal_pid"

hashes() { drawn '#'; }
export NO_COLOR=1 LC_ALL=C
start 0.1
await '[ "$(drawn STATE)" -gt 0 ]'
sed -i 's/^rst_sent_linger .*/rst_sent_linger 54321/' "$counters"
check 'in ASCII where there is nothing else' 'await "[ \$(drawn 54321) -gt 0 ]" && await "[ \$(hashes) -gt 0 ]" && [ "$(drawn █)" = 0 ]'
check 'no colours for who wants none' '! grep -aqF $'"'\\033[36m'"' "$TMP/screen"'
printf q >&"$keys"
check 'q ends that' 'ended 0'
wait "$terminal_pid"

# All namespaces: each with all rows.
block() { printf 'netns %s\n' "$1" && sed "s/^time_wait 5/time_wait $2/; s/^ended 5/ended $3/" "$TMP/rows" && echo; }
blocks() { { block 12 5 5 && block 4026531840 "$@" && block dead 5 5; } >"$TMP/all" && mv "$TMP/all" "$PROC_ROOT/tcp_closestat_all"; }
blocks 5 5
start -A 0.1
check '-A draws' 'await "[ \$(drawn 4026531840) -gt 0 ]" && [ "$(drawn dead)" -gt 0 ] && [ "$(drawn 2.namespaces)" -gt 0 ]'
printf '\r' >&"$keys"
check 'Enter goes into the first' 'await "[ \$(drawn netns.12) -gt 0 ]" && [ "$(drawn RESET)" -gt 1 ]'
before=$(drawn OTHERS)
printf '\033' >&"$keys"
check 'Esc leaves it' 'await "[ \$(drawn OTHERS) -gt $before ]"'
blocks 777 500
check 'refreshes' 'await "[ \$(drawn 777) -gt 0 ]"'
printf '\r' >&"$keys"
check 'what moves is the first' 'await "[ \$(drawn netns.4026531840) -gt 0 ]"'
{ block 12 5 5 && block dead 5 5; } >"$PROC_ROOT/tcp_closestat_all"
check 'says that it is gone' 'await "[ \$(drawn IT.IS.GONE) -gt 0 ]"'
before=$(drawn OTHERS)
printf 'q' >&"$keys"
check 'q leaves it' 'await "[ \$(drawn OTHERS) -gt $before ]"'
printf '\033OB\r' >&"$keys"
check 'a chosen one' 'await "[ \$(drawn netns.dead) -gt 0 ]"'
rm "$PROC_ROOT/tcp_closestat_all"
check '-A says that the module is gone' 'await "[ \$(drawn waiting.for.it) -gt 0 ]"'
printf 'qq' >&"$keys"
check 'q twice ends it' 'ended 0'
wait "$terminal_pid"
expect_run 'watch -A without the module' 1 '' 'not loaded' watch -A

finish
