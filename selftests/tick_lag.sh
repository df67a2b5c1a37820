#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How many ticks jiffies is behind the clock, which a tuned TIME_WAIT would else end early by: what
# the module takes them for, and what they are (tick_lag/tick_lag_test.c).
dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/lib/tap.sh
. "$dir/lib/tap.sh"
ko=$dir/variants/tick_lag/tick_lag_test.ko
[ -e "$ko" ] || skip_all "not built, there were no kernel headers"

# The CPU that goes on when the others sleep is the one that counts jiffies, soon at the latest.
rounds=10

# told TICKS - so many are uncounted: it loads on the CPU that counts
told() {
	local i said cpus

	cpus=$(nproc)
	for ((i = 0; i < rounds * cpus; i++)); do
		said=$(taskset -c $((i % cpus)) insmod "$ko" ticks="$1" 2>&1) && rmmod tick_lag_test && return
		[[ $said = *"temporarily unavailable"* ]] || break
	done
	echo "$said"
	dmesg | tail -n 3
	return 1
}

for ticks in 0 1 2 5; do
	expect "$ticks ticks uncounted" told $ticks
done
finish
