# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cost of a reading: of one namespace with more and more TIME_WAITs in it, and of
# all of more and more namespaces.

: "${TIME_WAITS:=10000 100000 300000}" "${NAMESPACES:=1 100 1000}"

# look FAMILY ROW COMMAND... - measure it in the namespace "server"
look() {
	measured "$1" "$2" "$(ip netns exec server /tmp/reading "${@:3}")"
}

# beside_time_waits ROW - all ways to look, with the TIME_WAITs that there are
beside_time_waits() {
	look "read /proc/net/tcp_closestat beside TIME_WAITs" "$1" \
		file 1000 /proc/net/tcp_closestat
	look "read /proc/net/sockstat beside TIME_WAITs" "$1" file 1000 /proc/net/sockstat
	look "ss -s beside TIME_WAITs" "$1" command 2 "ss -s >/dev/null"
	look "ss -Htan state time-wait beside TIME_WAITs" "$1" \
		command 1 "ss -Htan state time-wait | wc -l >/dev/null"
}

# hold N - fail unless the namespace "server" holds N TIME_WAITs
hold() {
	local there

	there=$(time_waits_held)
	[ "$there" -eq "$1" ] || {
		echo "there should be $1 TIME_WAITs, there are $there" >&2
		return 1
	}
}

# time_waits N - have N in the namespace "server"
time_waits() {
	/tmp/work leave $(($1 - ${had:-0})) server server 127.0.0.$((2 + step++ * 16))
	had=$1
	hold "$1"
}

# The programs that are run, and what they are made of, from memory: a guest's
# own files are slow to get at, which is not what is measured.
readarray -t files < <(command -v ss ip cat wc sh awk | xargs readlink -f)
readarray -t -O ${#files[@]} files < <(ldd "${files[@]}" | grep -o '/[^ :]*' | sort -u)
touch "${files[@]}"

module_in
make_netns server
allow_time_waits 1000000
lasting_time_waits
step=0
beside_time_waits "none yet"
for n in $TIME_WAITS; do
	time_waits "$n"
	beside_time_waits "$n"
done
# All are compared with it: the counts are as large, so are the digits to print,
# and the sockets are gone.
setting time_wait_purge 1 server
settle 2
hold 0
beside_time_waits none
end_netns server

mkdir -p /tmp/netns
for n in $NAMESPACES; do
	/tmp/namespaces keep "/tmp/netns" "$((n - ${kept:-0}))" "${kept:-0}"
	kept=$n
	measured "all of $n namespaces" "read /proc/tcp_closestat_all" \
		"$(/tmp/reading file 10 /proc/tcp_closestat_all)"
	measured "all of $n namespaces" "setns and read, in each" \
		"$(/tmp/reading each /proc/thread-self/net/tcp_closestat /tmp/netns/*)"
done
# With something in them: a connection, the durations of both of its ends.
/tmp/namespaces close /tmp/netns/*
settle 1
one=/proc/thread-self/net/tcp_closestat all=/proc/tcp_closestat_all
with="all of $kept namespaces, with durations"
measured "$with" "read tcp_closestat_all and tcp_closestat_all_hist" \
	"$(($(/tmp/reading file 10 $all) + $(/tmp/reading file 10 ${all}_hist)))"
measured "$with" "setns and two reads, in each" \
	"$(/tmp/reading each $one,${one}_hist /tmp/netns/*)"
# A process a namespace: measured with ten.
ip netns add exec
measured "one namespace" "ip netns exec and read" "$(/tmp/reading command 10 \
	"ip netns exec exec cat /proc/net/tcp_closestat >/dev/null")"
ip netns del exec
module_out
