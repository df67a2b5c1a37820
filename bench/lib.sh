# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by what measures in the guest: fresh namespaces with connections in them,
# the module in and out, results. Sourced by rows/*, which run below bench/guest.

# measured FAMILY ROW VALUE - one value of a row. Of the rounds bench/middles.awk takes
# the middle one, and compares with the family's row "none".
measured() {
	printf '%s\t%s\t%s\n' "$@" >>"$TCS_OUT/measured"
}

# settle SECONDS - let the kernel do what it has put off (RCU, work queues, timers): nothing tells
# when that is done. They are the guest's seconds, which pass at once where it is idle.
settle() {
	sleep "$1"
}

# until_true COMMAND... - wait until COMMAND succeeds, a minute of the guest's
# time at most.
until_true() {
	local tries=0

	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		if [ $tries -gt 300 ]; then
			echo "still not true after a minute: $*" >&2
			return 1
		fi
		sleep 0.2
	done
}

gone() {
	! ip link show "$1"
}

# make_netns NAME... - namespaces for connections, two are joined by veth. Each has
# a device whose other end is ours: the kernel takes it away once it has purged
# the namespace's TIME_WAITs.
make_netns() {
	local ns

	for ns in "$@"; do
		ip netns add "$ns"
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
		ip link add "gone_$ns" type veth peer name sentry netns "$ns"
		ip -n "$ns" link set lo up
	done
	[ $# -eq 2 ] || return 0
	ip -n "$1" link add veth0 type veth peer name veth0 netns "$2"
	ip -n "$1" address add 10.9.0.1/24 dev veth0
	ip -n "$2" address add 10.9.0.2/24 dev veth0
	ip -n "$1" link set veth0 up
	ip -n "$2" link set veth0 up
}

# end_netns NAME... - end them, and wait until the kernel is through with that: it
# is work that would be counted with the next row.
end_netns() {
	local ns

	for ns in "$@"; do
		ip netns del "$ns"
	done
	for ns in "$@"; do
		until_true gone "gone_$ns"
	done
	settle 2
}

# setting NAME VALUE NETNS... - set one of the module's in those namespaces
setting() {
	local ns

	for ns in "${@:3}"; do
		ip netns exec "$ns" sysctl -qw "net.tcp_closestat.$1=$2"
	done
}

# allow_time_waits N - let the namespace "server" hold so many, none of them reused
allow_time_waits() {
	# Some kernels let only the first namespace say how many there may be.
	sysctl -qw net.ipv4.tcp_max_tw_buckets="$1"
	ip netns exec server sysctl -qw net.ipv4.tcp_max_tw_buckets="$1" 2>/dev/null || true
	ip netns exec server sysctl -qw net.ipv4.tcp_tw_reuse=0
}

# lasting_time_waits - the namespace "server" has ports for many, and none of them is to end
lasting_time_waits() {
	ip netns exec server sysctl -qw net.ipv4.ip_local_port_range="1024 65000" \
		net.tcp_closestat.time_wait_ms=600000
}

# time_waits_held - how many there are in the namespace "server"
time_waits_held() {
	# shellcheck disable=SC2016 # awk's
	ip netns exec server awk '/^TCP:/ { print $7 }' /proc/net/sockstat
}

# memory - bytes that the kernel has taken for itself
memory() {
	sync
	awk '/^(Slab|Percpu|VmallocUsed|KernelStack):/ { kb += $2 }
		END { print kb * 1024 }' /proc/meminfo
}

# traffic FAMILY ROW N [COMMAND...] - measure one kind of traffic in fresh
# namespaces that COMMAND, which gets their names, has prepared.
traffic() {
	local family=$1 row=$2 n=$3 netns=(server server) address=127.0.0.1 value
	shift 3

	case $family in
	*-loopback) make_netns server ;;
	*-veth)
		netns=(server client) address=10.9.0.1
		make_netns "${netns[@]}"
		;;
	esac
	[ $# -eq 0 ] || "$@" "${netns[@]}"
	value=$(/tmp/work "${family%-*}" "$n" "${netns[@]}" $address)
	measured "$family" "$row" "$value"
	[ $address = 127.0.0.1 ] && unset 'netns[1]'
	end_netns "${netns[@]}"
}

module_in() {
	insmod "$TCS_KO"
	# what the load leaves to be done later, the TIME_WAITs of the hook self-test among it
	settle 2
}

module_out() {
	rmmod tcp_closestat
	settle 2
}
