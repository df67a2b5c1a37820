#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The same closes with TIME_WAIT of one second: it ends, and is counted so. And where the host is
# tuned, and new namespaces inherit that, scenarios are what they are elsewhere.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

# Names of what the host's namespace has, to be set and put back.
settings=/proc/sys/net/tcp_closestat

tune() # TIME_WAIT_MS GUARD HISTOGRAMS INHERIT
{
	echo "$1" >$settings/time_wait_ms
	echo "$2" >$settings/time_wait_guard
	echo "$3" >$settings/histograms
	echo "$4" >$settings/inherit
}

closelab_begin 10
for name in client-closes-first server-closes-first simultaneous-close; do
	closelab_run $name -4 --time-wait 1s
	closelab_run $name -6 --time-wait 250ms
done

was=$(cd $settings && cat time_wait_ms time_wait_guard histograms inherit | xargs)
tune 1000 0 0 1
for name in client-closes-first tw-reuse; do
	closelab_run $name -4
	closelab_run $name -6
done
# shellcheck disable=SC2086 # four words
tune $was
finish
