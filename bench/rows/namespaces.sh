# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cost of a namespace that is made and ended, and its memory.

: "${NETNS_ROUNDS:=4}" "${TURNS:=100}" "${KEPT:=300}"

# turn_over ROW
turn_over() {
	measured "namespace made and ended" "$1" "$(/tmp/namespaces turn-over "$TURNS")"
}

# keep ROW - take the memory of many at once
keep() {
	local before

	mkdir -p /tmp/kept
	/tmp/namespaces keep /tmp/kept 10 0
	before=$(memory)
	/tmp/namespaces keep /tmp/kept "$KEPT" 10
	measured "memory of a namespace, bytes" "$1" $((($(memory) - before) / KEPT))
	umount /tmp/kept/*
	rm -r /tmp/kept
	settle 5
}

# time_waits ROW [COMMAND...] - the memory of many
time_waits() {
	local before

	make_netns server
	allow_time_waits 100000
	[ $# -eq 1 ] || "${@:2}"
	/tmp/work leave 1000 server server 127.0.0.2
	before=$(memory)
	/tmp/work leave 20000 server server 127.0.0.3
	measured "memory of a TIME_WAIT, bytes" "$1" $((($(memory) - before) / 20000))
	end_netns server
}

for ((round = 0; round < NETNS_ROUNDS; round++)); do
	turn_over none
	keep none
	time_waits none
	before=$(memory)
	module_in
	measured "memory of the module, $(nproc) CPU, bytes" loaded $(($(memory) - before))
	turn_over loaded
	keep loaded
	time_waits loaded
	time_waits time_wait_ms=600000 setting time_wait_ms 600000 server
	module_out
done
