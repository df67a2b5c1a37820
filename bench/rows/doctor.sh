# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cost of the judging tools on a large host: doctor beside 100,000 TIME_WAITs and 1,000
# namespaces, top beside 10,000 ends a second.

closestat=$TCS_SRC/tools/closestat/closestat

: "${DOCTOR_TIME_WAITS:=100000}" "${DOCTOR_NAMESPACES:=1000}"
# connections a second, each with two ends; for how long, seconds
: "${TOP_RATE:=5000}" "${TOP_SECONDS:=5}"

# judged ROW ARGUMENTS... - doctor, whatever it finds; one that could not look ends with 2
judged() {
	measured "doctor beside $DOCTOR_TIME_WAITS TIME_WAITs and $DOCTOR_NAMESPACES namespaces, ns of CPU" \
		"$1" "$(ip netns exec server /tmp/reading command 1 \
			"$closestat doctor ${*:2} >/dev/null || [ \$? -eq 1 ]")"
}

module_in
make_netns server
allow_time_waits 1000000
lasting_time_waits
/tmp/work leave "$DOCTOR_TIME_WAITS" server server 127.0.0.2
# with names: doctor -A looks at those that have one, or a process
/tmp/namespaces keep /run/netns "$DOCTOR_NAMESPACES" 0
judged "doctor -d 0" -d 0
judged "doctor" -d 10
judged "doctor -A -d 0" -A -d 0
judged "doctor -A" -A -d 10
setting time_wait_purge 1 server
setting time_wait_ms 1000 server

# The event is lost where it comes faster than it is read: top says how many were.
family="top beside $((2 * TOP_RATE)) ends a second for $TOP_SECONDS s"
ip netns exec server /tmp/ports "$TOP_RATE" 0 $((TOP_SECONDS + 4)) 64 >/dev/null &
settle 1
"$closestat" top -A -1 -d "$TOP_SECONDS" -j >/tmp/top 2>/tmp/lost
measured "$family" "ends seen" "$(grep -oE '"count": *[0-9]+' /tmp/top | awk -F: '{ n += $NF } END { print n + 0 }')"
measured "$family" "ends lost" "$(grep -oE 'lost [0-9]+' /tmp/lost | grep -oE '[0-9]+' || echo 0)"
wait
end_netns server
umount /run/netns/*
rm /run/netns/*
module_out
