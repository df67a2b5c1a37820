# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The least possible cost: callbacks that do nothing (bench/floor).

: "${FLOOR_ROUNDS:=4}" "${CLOSES:=2000}"

cp -r "$TCS_SRC/bench/floor" /tmp/floor
make -s -C "/lib/modules/$(uname -r)/build" M=/tmp/floor modules >/dev/null

# The function where a TIME_WAIT begins
hook=inet_twsk_hashdance
grep -q " ${hook}_schedule\$" /proc/kallsyms && hook+=_schedule

# floor ROW [PARAMETER...] - with the empty module in
floor() {
	insmod /tmp/floor/floor.ko "${@:2}"
	settle 2
	traffic close-loopback "$1" "$CLOSES"
	rmmod floor
	settle 2
}

for ((round = 0; round < FLOOR_ROUNDS; round++)); do
	traffic close-loopback none "$CLOSES"
	floor empty-tracepoint
	floor empty-tracepoint+ftrace hook=$hook
	floor empty-tracepoint+kprobe hook=$hook by_kprobe=1
done
