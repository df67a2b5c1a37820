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

# others_online 0|1 - switch the other CPUs off, or on again
others=$(grep -l 1 /sys/devices/system/cpu/cpu[1-9]*/online 2>/dev/null)
others_online() {
	local cpu

	for cpu in $others; do
		echo "$1" >"$cpu" || return
	done
}

# told TICKS - so many are uncounted
told() {
	insmod "$ko" ticks="$1" && rmmod tick_lag_test && return
	dmesg | tail -n 1
	echo "'Resource temporarily unavailable': the machine is too busy to try"
	return 1
}

# Whichever counts jiffies would do so while this one keeps interrupts off.
trap 'others_online 1' EXIT
others_online 0 2>/dev/null
[ "$(getconf _NPROCESSORS_ONLN)" = 1 ] ||
	skip_all "another CPU cannot be switched off, and may count jiffies"

for ticks in 0 1 2 5; do
	expect "$ticks ticks uncounted" told $ticks
done
finish
