#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What closelab explain reads in the segments of a scenario is what the module
# has counted, for every scenario and both families, or for those that are named.
# shellcheck source=selftests/lib/closelab.sh disable=SC2317 # called by closelab_spawn
. "$(dirname "$0")/lib/closelab.sh"

# The proxy's clients are in its own namespace: what goes over the loopback is counted there,
# and not captured. The server has connections from the proxy alone.
declare -A seen_sides=([proxy]=A)

# Rows that both know, of a side: "row count" lines. A connect that failed before
# it sent a SYN cannot be read; a FIN_WAIT2 that expired looks like one that waits.
counted() # TEXT-OF-RUN SIDE
{
	awk -v side="$2" '$1 == side && $2 ~ \
		/^(ended_(active_fin|passive_fin|simultaneous_fin|rst_sent|rst_received|timeout)|rst_sent_[a-z_]+)$/ {
			print $2, $3 + 0
		}' "$1"
}

# Its ends on one side; causes that look alike are all given. A connection is a
# line of JSON, its client before its server.
explained() # JSON ADDRESSES
{
	awk -v addresses=" $2 " '
	function field(text, name) {
		if (!match(text, "\"" name "\": \"?[^,\"]*"))
			return ""
		return substr(text, RSTART + length(name) + 4, RLENGTH - length(name) - 4)
	}
	function end(text, address, ended, causes, n, i, cause) {
		address = field(text, "address")
		sub(/^"/, "", address)
		if (!index(addresses, " " address " "))
			return
		ended = field(text, "ended")
		sub(/^"/, "", ended)
		rows["ended_" ended]++
		rows["rst_sent_no_socket"] += field(text, "rst_no_socket")
		if (ended != "rst_sent" || !match(text, /"causes": \[[^]]*\]/))
			return
		causes = substr(text, RSTART + 10, RLENGTH - 10)
		gsub(/[^a-z_,0-9]/, "", causes)
		n = split(causes, cause, ",")
		for (i = 1; i <= n; i++)
			rows["rst_sent_" cause[i]]++
	}
	match($0, /"client": \{/) {
		client = substr($0, RSTART)
		server = index(client, "\"server\": {")
		end(substr(client, 1, server))
		end(substr(client, server))
	}
	END { for (row in rows) print row, rows[row] }' "$1"
}

# Whether what was counted was read, too: of causes that look alike, as one of them.
compare() # COUNTED EXPLAINED
{
	local row count like bad=0
	local -A counted=() explained=()

	while read -r row count; do
		[ -z "$row" ] || explained[$row]=$count
	done <<<"$2"
	while read -r row count; do
		[ -n "$row" ] || continue
		counted[$row]=1 like=$row
		# A listener that goes resets what nobody has accepted.
		[ "$row" != rst_sent_other ] || like=rst_sent_not_accepted
		[ "${explained[$like]:-0}" -eq "$count" ] && continue
		echo "$row: counted $count, read ${explained[$like]:-0}"
		bad=1
	done <<<"$1"
	for row in "${!explained[@]}"; do
		[[ $row =~ ^ended_(active_fin|passive_fin|simultaneous_fin|rst_sent|rst_received|timeout)$ ]] ||
			continue
		[ "${counted[$row]-}" ] || { echo "$row: read ${explained[$row]}, not counted"; bad=1; }
	done
	return "$bad"
}

agree() # NAME FAMILY
{
	local dir=$closelab_logs/$1$2.files side code=0
	local -A own=(
		[A]="192.0.2.1 192.0.2.3 2001:db8:a::1 2001:db8:a::3"
		[B]="192.0.2.2 198.51.100.2 203.0.113.1 2001:db8:a::2 2001:db8:b::2 2001:db8:c::1"
		[C]="203.0.113.2 2001:db8:c::2"
	)

	mkdir "$dir"
	"$closelab" run "$1" "$2" --pcap "$dir/pcap" >"$dir/run" || return
	"$closelab" explain -jq "$dir/pcap" >"$dir/explain" || [ $? -eq 1 ] || code=1
	for side in ${seen_sides[$1]:-A B C}; do
		compare "$(counted "$dir/run" "$side")" \
			"$(explained "$dir/explain" "${own[$side]}")" || {
			echo "(on side $side)"
			code=1
		}
	done
	[ "$code" -eq 0 ] || "$closelab" explain -vq "$dir/pcap"
	return "$code"
}

live_cleanup()
{
	ip netns pids "$live_a" | xargs -r kill
	ip netns del "$live_a"
	ip netns del "$live_b"
} 2>/dev/null

# A command comes to succeed, at most 20 s later: what it asks for is another program's, or the
# kernel's, and nothing tells when it is there.
live_until() # COMMAND...
{
	local tries

	for ((tries = 0; tries < 200; tries++)); do
		"$@" && return
		sleep 0.1
	done
	echo "not so after 20 s: $*"
	return 1
}

live_listens()
{
	grep -q '^closelab: listening on veth$' "$live_dir/explain"
}

live_serves()
{
	[ -n "$(ip netns exec "$live_a" ss -Hltn 'sport = 7000')" ]
}

# -i: what goes over a veth is judged when a signal comes, and after -d.
live()
{
	local pid code=0
	local -a here

	live_a=explain_a live_b=explain_b live_dir=$(mktemp -d)
	trap 'live_cleanup; rm -rf "$live_dir"' EXIT
	ip netns add "$live_a" && ip netns add "$live_b" &&
		ip link add veth netns "$live_a" type veth peer name veth netns "$live_b" &&
		ip -n "$live_a" addr add 10.98.0.1/24 dev veth && ip -n "$live_a" link set veth up &&
		ip -n "$live_b" addr add 10.98.0.2/24 dev veth && ip -n "$live_b" link set veth up ||
		return
	here=(ip netns exec "$live_b")
	status_says 2 'nosuch' "${here[@]}" "$closelab" explain -i nosuch || code=1
	status_says 2 'not permitted' "${here[@]}" setpriv --reuid 65534 --clear-groups \
		--bounding-set=-all "$closelab" explain -i veth -d 1 || code=1
	status_says 0 'no TCP connection' "${here[@]}" "$closelab" explain -i veth -d 1 || code=1
	status_says 0 's more' "${here[@]}" "$closelab" explain -i veth -d 4 || code=1
	ip netns exec "$live_a" "$closelab" peer server 1 7000 >"$live_dir/server" 2>&1 &
	live_until live_serves || return
	"${here[@]}" "$closelab" explain -i veth -j >"$live_dir/explain" 2>&1 &
	pid=$!
	live_until live_listens || return
	"${here[@]}" "$closelab" peer client 0 10.98.0.1 7000 || code=1
	kill -INT "$pid"
	wait "$pid" || { echo "exit code $? after SIGINT"; code=1; }
	grep -q '"client": {.*"passive_fin".*"server": {.*"active_fin".*"time_wait": "server"' \
		"$live_dir/explain" || { cat "$live_dir/explain"; code=1; }
	return "$code"
}

names=("$@")
[ $# -gt 0 ] || readarray -t names < <(closelab_names)
closelab_begin $((2 * ${#names[@]} + 1))
closelab_spawn live "a live interface" live
for name in "${names[@]}"; do
	for family in -4 -6; do
		closelab_make_room "${JOBS:-4}"
		closelab_spawn "$name$family" "$name $family" agree "$name" $family
	done
done
for name in "${names[@]}"; do
	closelab_await "$name-4"
	closelab_await "$name-6"
done
closelab_await live
finish
