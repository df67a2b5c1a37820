# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The module beside no module: connections made and closed, and requests over
# one that is kept. All rows in every round, so that what changes with time
# changes all of them.

: "${ROUNDS:=8}" "${CLOSES:=2000}" "${REQUESTS:=4000}"
: "${TRAFFIC:=close-loopback close-veth request-loopback request-veth}"
event=/sys/kernel/tracing/events/tcp_closestat/tcp_close/enable

# families ROW [COMMAND...] - all kinds of traffic, COMMAND having prepared
families() {
	local row=$1 family
	shift

	for family in $TRAFFIC; do
		case $family in
		close-*) traffic "$family" "$row" "$CLOSES" "$@" ;;
		*) traffic "$family" "$row" "$REQUESTS" "$@" ;;
		esac
	done
}

for ((round = 0; round < ROUNDS; round++)); do
	families none
	module_in
	families loaded
	[ "${QUICK-}" ] || {
		families histograms=0 setting histograms 0
		echo 1 >$event
		families tcp_close-event
		echo 0 >$event
		# last: that any namespace was tuned is remembered until unload
		families time_wait_ms=1000 setting time_wait_ms 1000
	}
	module_out
done
