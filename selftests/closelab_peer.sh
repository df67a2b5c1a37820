#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The peers by hand, over loopback: what they do, and what they print of it.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

# Ends with the script, whatever ends that.
serve() # BEHAVIOUR ADDRESS
{
	setpriv --pdeathsig KILL "$closelab" peer server "$1" "$2" 7000 \
		>"$closelab_logs/server" 2>&1 &
	server=$!
	until grep -q ' listen' "$closelab_logs/server"; do
		kill -0 $server || return 1
	done
}

# A client's exit code and what it must have printed, in this order.
client() # NAME EXIT-CODE PATTERN ARGUMENT...
{
	local name=$1 code=$2 pattern=$3 got output

	shift 3
	output=$("$closelab" peer client "$@" 2>&1)
	got=$?
	[ $got -eq "$code" ] && tr '\n' ' ' <<<"$output" | grep -qE "$pattern"
	closelab_report $? "$name" "exit code $got: $output"
}

if [ "${1-}" != inside ] && [ "$(id -u)" -eq 0 ]; then
	# A namespace of its own: the ports are free, nothing is left behind.
	exec unshare --net "$0" inside
fi
closelab_begin 4
ip link set lo up

serve 1 127.0.0.1
client "reads the message" 0 'connect.* read 3 .*close' \
	7 127.0.0.1 7000
# As far away as another machine: the port is its own until its FIN is acknowledged.
tc qdisc add dev lo root netem delay 20ms
client "reuses its port when the server closes first" 0 \
	'50000>7000 connect.* close.* 50000>7000 connect.* close' \
	0 127.0.0.1 7000 50000
tc qdisc del dev lo root
kill $server
wait $server 2>/dev/null
serve 3 ::1
client "cannot when it closes first" 1 \
	'50001>7000 connect.* close.* bind: Address already in use \(98\)' \
	6 ::1 7000 50001
client "nobody listens" 1 'connect: Connection refused \(111\)' 7 ::1 7001
kill $server
wait $server 2>/dev/null
finish
