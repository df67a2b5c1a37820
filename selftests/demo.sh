#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shows what the module is for: a close, segment by segment, with TIME_WAIT of
# 60 s and of a second; then two network namespaces with the one and the other,
# and what each of them counts.
set -euo pipefail

me=${0##*/}
here=$(cd "$(dirname "$0")" && pwd)
ko=${TCS_KO:-$here/../tcp_closestat.ko}
tools=${TCS_SRC:-$here/..}/tools
PATH=$tools/closestat:$tools/closelab:$PATH
connections=20

usage() {
	cat <<END
Usage: $me
Load the module and draw how a connection closes, with TIME_WAIT of 60 s and of a
second. Then make $connections connections in each of two network namespaces, one with each
length, and show what happens. Cleans up.
  TCS_KO=FILE  the module (now: $ko)
Exit status: 0 it happened as told, 1 it did not, 2 usage.
END
}

case ${1-} in
-h | --help) usage && exit ;;
?*)
	printf '%s: takes no arguments\nTry %s --help.\n' "$me" "$me" >&2
	exit 2
	;;
esac

# fail TEXT... - it is not as the demonstration says.
fail() {
	printf '%s: %s\n' "$me" "$*" >&2
	exit 1
}

[ "$(id -u)" -eq 0 ] || fail "must run as root (it loads a module and makes namespaces)"

loaded=
cleanup() {
	local ns
	for ns in slow quick; do
		ip netns del "$ns" 2>/dev/null || true
	done
	[ -z "$loaded" ] || rmmod tcp_closestat
}
trap cleanup EXIT

# say TEXT... - tell what comes next.
say() {
	printf '\n== %s\n' "$*"
}

# show COMMAND... - what the user would type, and what comes of it.
show() {
	printf '\n# %s\n' "$*"
	"$@"
}

# in_ns NS COMMAND... - what the user would type to run it in a namespace.
in_ns() {
	local ns=$1
	shift
	ip netns exec "$ns" "$@"
}

# connect NS - connections over the loopback, whose client closes first.
connect() {
	in_ns "$1" python3 - "$connections" <<'END'
import socket
import sys

listener = socket.create_server(("127.0.0.1", 8080))
for _ in range(int(sys.argv[1])):
    client = socket.create_connection(("127.0.0.1", 8080))
    server, _ = listener.accept()
    client.sendall(b"hello\n")
    server.recv(6)
    client.close()
    server.recv(1)
    server.close()
END
}

# time_waits NS - how many there are, as ss sees it.
time_waits() {
	in_ns "$1" ss -Htan state time-wait | wc -l
}

say "The module is loaded."
if [ ! -e /sys/module/tcp_closestat ]; then
	show insmod "$ko"
	loaded=1
fi

say "One connection whose client (B) closes first, drawn from its segments. At the end
   B holds TIME_WAIT for 60 s, its port cannot be bound again (EADDRINUSE), and of all
   that the module counts these rows have moved."
show closelab run client-closes-first || fail "it did not go as the scenario says"

say "The same with TIME_WAIT of a second: its end is seen (over after ...), and it counts
   as shortened and as expired."
show closelab run client-closes-first --time-wait 1s ||
	fail "TIME_WAIT of a second did not go as the scenario says"

say "Two network namespaces. In 'quick', TIME_WAIT is to last a second."
for ns in slow quick; do
	show ip netns add "$ns"
	ip -n "$ns" link set lo up
done
show closestat set -N quick time_wait=1000ms
for ns in slow quick; do
	show ip netns exec "$ns" sysctl net.tcp_closestat.time_wait_ms
done

say "$connections connections in each, closed by the client first."
for ns in slow quick; do
	connect "$ns"
done
began=$EPOCHREALTIME

# Printed the moment they change, looked at ten times a second.
say "How many are in TIME_WAIT (ss -tan state time-wait | wc -l):"
printf '\n%12s %8s %8s\n' "" slow quick
deadline=$((SECONDS + 30))
last=
while :; do
	slow=$(time_waits slow) quick=$(time_waits quick)
	if [ "$slow $quick" != "$last" ]; then
		printf '%10.1f s %8s %8s\n' "$(bc <<<"$EPOCHREALTIME - $began")" "$slow" "$quick"
		last="$slow $quick"
	fi
	[ "$quick" -ne 0 ] || break
	[ $SECONDS -lt $deadline ] || fail "those in 'quick' did not end"
	sleep 0.1
done
[ "$slow" -eq "$connections" ] || fail "there should be $connections in 'slow', not $slow"

say "What each namespace counts; rows of 0 are left out here."
for ns in slow quick; do
	printf '\n# ip netns exec %s cat /proc/tcp_closestat\n' "$ns"
	in_ns "$ns" cat /proc/tcp_closestat | grep -v ' 0$'
done

say "The same from closestat."
show closestat -N quick

# value NS ROW - one row of the file
value() {
	in_ns "$1" sed -n "s/^$2 //p" /proc/tcp_closestat
}
for ns in slow quick; do
	[ "$(value "$ns" time_wait_entered)" -eq "$connections" ] ||
		fail "$ns: time_wait_entered is not $connections"
done
[ "$(value slow time_wait)" -eq "$connections" ] || fail "slow: time_wait is not $connections"
[ "$(value quick time_wait_expired)" -eq "$connections" ] ||
	fail "quick: time_wait_expired is not $connections"

say "TIME_WAIT is over in 'quick', and as ever in 'slow'."
