# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The use of the length of TIME_WAIT: how many are held, in which memory, and
# how many connections a second one destination can have before ports run out.

: "${RATE:=10000}" "${PORTS:=2000}" "${LENGTHS:=60 10 1}"

# in_netns COMMAND... - in the namespace "server"
in_netns() {
	ip netns exec server "$@"
}

# prepare LENGTH - a namespace whose TIME_WAITs last that many seconds, and are not
# reused
prepare() {
	make_netns server
	allow_time_waits 1000000
	setting time_wait_ms $(($1 * 1000)) server
}

# held LENGTH - TIME_WAITs and memory while RATE connections a second come and go,
# when that has gone on for so long that as many end as begin. The load may lag behind
# for a moment: the middle of several looks counts.
held() {
	local before load look

	prepare "$1"
	before=$(memory)
	ip netns exec server /tmp/ports "$RATE" 0 1000 64 &
	load=$!
	sleep $(($1 + $1 / 8 + 3))
	for look in 1 2 3 4 5; do
		[ "$look" = 1 ] || sleep 0.3
		measured "TIME_WAITs held at $RATE connections/s" "$1 s" "$(time_waits_held)"
		measured "memory they take, bytes" "$1 s" $(($(memory) - before))
	done
	kill $load	# which fails if it could not keep the pace
	wait $load || true
	end_netns server
}

# sustained ROW LENGTH RATE WARM-UP SECONDS [SYSCTL=VALUE|linger0] - connections a
# second to one destination, of RATE that are tried
sustained() {
	local options=()

	prepare "$2"
	in_netns sysctl -qw net.ipv4.ip_local_port_range="20000 $((20000 + PORTS - 1))"
	case ${6-} in
	*=*) in_netns sysctl -qw "$6" ;;
	?*) options=("$6") ;;
	esac
	measured "connections/s to one destination, $PORTS ports" "$1" \
		"$(in_netns /tmp/ports "$3" "$4" "$5" 1 "${options[@]}")"
	end_netns server
}

module_in
for length in $LENGTHS; do
	held "$length"
done
for length in $LENGTHS; do
	measured "connections/s to one destination, $PORTS ports" \
		"$length s, by the formula" $((PORTS / length))
	# a quarter more than should be possible
	sustained "$length s" "$length" $((PORTS * 5 / 4 / length)) $((2 * length)) $((4 * length))
done
sustained "60 s, tcp_tw_reuse=1" 60 "$RATE" 5 10 net.ipv4.tcp_tw_reuse=1
sustained "60 s, SO_LINGER 0" 60 "$RATE" 2 5 linger0
module_out
