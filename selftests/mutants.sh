#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module, broken one place at a time, as the tests have to notice: by hand, in a guest,
# which has what builds a module. The parts without kernel objects: unit/mutants.
#	selftests/vm/run --kernel 6.1 -- selftests/mutants.sh [NUMBER...]
set -u

cd "$(dirname "$0")" || exit 1
# shellcheck source=selftests/lib/tap.sh
. lib/tap.sh
[ ! -e /sys/module/tcp_closestat ] || skip_all "the module is loaded"
kernel=/lib/modules/$(uname -r)/build
[ -e "$kernel" ] || skip_all "there are no kernel headers"

# File of module/, what is changed there by sed, the tests that may notice, and what then goes
# wrong; "|" between them.
mutants() {
	grep -v '^#' <<'END'
conn.c|s/} else if (old != new) {/} else {/|ends_fin counts|a state that is set again is entered again
conn.c|s/old == TCP_CLOSING/0/|ends_fin|a note is not looked for in CLOSING
conn.c|s/return !sk->sk_socket .. .*/return false;/|ends_syn_recv ends_fastopen|a child is a connect() that failed
conn.c|s/return sk_is_mptcp(sk) && !sk->sk_err;/return false;/|ends_mptcp|MPTCP's fast close has no cause
conn.c|/from != TCS_NOT_CLOSING && (rec/,+1s/tcs_add(tn->stats, TCS_LEFT + from);/;/|ends_reset|a reset leaves its state in the gauges
conn.c|s/return how.ended == TCS_ENDED_OTHER;/return false;/|trace_details|a socket that ss -K ends has no process
fastpath.h|s/ .. tcs_unanswered(tp))/)/|latest|a connection without an answer is not kept
fastpath.h|/new == TCP_FIN_WAIT1/,/return true/s/tcs_entered(tn->stats, new);/;/|counts|the fast path counts no first FIN
fastpath.h|s/tcs_add(tn->stats, TCS_FIN_WAIT2_TO_TIME_WAIT);/;/|counts|the fast path counts no TIME_WAIT
event.c|s/tcs_hist_add(tn->stats, TCS_HIST_CLOSE, us);/;/|ends_hist|no duration of the whole close
event.c|s/tcs_end_record(tn->stats, rec);$/;/|trace_details lifecycle|a traced end keeps its record
twsk.c|s/to->first = rec->first;/;/|ends_hist|a timewait socket forgets when the close began
twsk.c|s/return TCS_COUNT_TIME_WAIT_GUARDED;/return KERNELS_OWN;/|time_wait|the guard is not counted
twsk.c|s/tcs_hist_add(tn->stats, TCS_TIME_WAIT, jiffies_to_usecs(ticks));/;/|ends_hist procfs_hist time_wait|the kernel's own TIME_WAIT has no duration
twsk.c|s/return TCS_TW_RESET;/return TCS_TW_PURGED;/|ends_time_wait|a RST purges
twsk.c|s/end.rst = TCS_RST_DATA_AFTER_CLOSE;/end.rst = TCS_RST_OTHER;/|ends_reset|data for FIN_WAIT2 has no cause
twsk.c|s/tcs_add(tn->stats, TCS_COUNT_TIME_WAIT_REARMED);/;/|ends_time_wait|starting again is not counted
twsk.c|0,/ret = TCS_REARM_ENTERED;/s//ret = TCS_REARM_AGAIN;/|ends_fin|a FIN in FIN_WAIT2 is taken for one in TIME_WAIT
records.h|s/READ_ONCE(rec->key) == key/READ_ONCE(rec->key) != NULL/|counts|a slot is anybody's
baseline.c|s/tcs_add(stats, TCS_BASELINE + state);/;/|lifecycle stress_load|sockets that close already are in no gauge
tw_length.c|s/msecs_to_jiffies(len->ms) + ticks_behind()/msecs_to_jiffies(len->ms) - 1/|time_wait|TIME_WAIT ends early
hooks.c|s/return early ? TCS_BY_CONNECT : TCS_BY_TIMER;/return TCS_BY_TIMER;/|ends_time_wait|a port that is taken again has expired
pernet.c|s/tcs_counters_move(tcs_dead.stats, tn->stats);/;/|lifecycle|the counts of a dead namespace are lost
purge.c|s/^\t\t\tn++;/\t\t\t;/|sysctl time_wait|a purge does not say how many
END
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
module=$work/module whole=$work/whole
mkdir "$module"
cp -r ../Kbuild ../module "$module"
cp -r "$module" "$whole"
export TCS_KO=$module/tcp_closestat.ko

# built - the module as it stands there
built() {
	rm -f "$TCS_KO"
	make -s -j"$(nproc)" -C "$kernel" M="$module" modules >"$work/log" 2>&1 && [ -e "$TCS_KO" ]
}

# broken FILE SED - change one place; false where nothing is
broken() {
	sed -i "$2" "$module/module/$1"
	! cmp -s "$module/module/$1" "$whole/module/$1"
}

# run TEST - as it is; what a failure says is shown
run() {
	local status=0

	timeout 600 "./$1" >"$work/log" 2>&1 || status=$?
	[ $status -eq 0 ] || tail -n 20 "$work/log"
	return $status
}

# noticed TESTS - whether one of them fails
noticed() {
	local test status

	for test in $1; do
		status=0
		run "$test" || status=$?
		[ $status -eq 0 ] || [ $status -eq 4 ] || return 0
	done
	echo "passed all the same, or could not be run: $1"
	return 1
}

# chosen NUMBER - whether that mutant is one of those asked for
asked=" $* "
chosen() {
	[ "$asked" = "  " ] || [[ $asked = *" $1 "* ]]
}

# mutant FILE SED TESTS - break it, and see
mutant() {
	broken "$1" "$2" || { echo "nothing to change in $1"; return 1; }
	built || { echo "does not build"; tail -n 5 "$work/log"; return 1; }
	noticed "$3"
}

echo "TAP version 13"
built || { fail "the module builds" "$(tail -n 20 "$work/log")"; finish; }
# Unbroken they have to pass, or their failure would say nothing.
for test in $(n=0; while IFS='|' read -r _ _ tests _; do
	chosen $((++n)) && echo "$tests"
done < <(mutants) | tr ' ' '\n' | sort -u); do
	expect "$test, with the module as it is" run "$test"
done
n=0
while IFS='|' read -r file change tests what; do
	chosen $((++n)) || continue
	expect "$n, $file: $what" mutant "$file" "$change" "$tests"
	cp "$whole/module/$file" "$module/module/$file"
	[ ! -e /sys/module/tcp_closestat ] || rmmod tcp_closestat
done < <(mutants)
finish
