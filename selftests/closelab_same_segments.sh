#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A connection looks the same on the wire whether the module is there or not.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

# Ways to close whose segments do not depend on which side is quicker.
scenarios="client-closes-first three-segments four-segments half-close
	data-after-close unread-data linger-zero simultaneous-close reuseaddr"

# What is in a run's JSON of each segment, but for its time: what became of it, who
# sent it, flags, relative sequence and acknowledgement numbers, length.
segments() # FILE
{
	awk -F '[":, ]+' '
		$2 == "port" { print "connection" }
		$2 == "kind" { row = "" }
		$2 ~ /^(kind|side|flags|seq|ack|length)$/ { row = row " " $3 }
		$2 == "length" { print row }
	' "$1"
}

# Run all of them, side by side: each is in namespaces of its own.
run_all() # KEY OPTION...
{
	local name

	for name in $scenarios; do
		"$closelab" run "$name" --json "${@:2}" \
			>"$closelab_logs/$1.$name" 2>"$closelab_logs/$1.$name.said" &
		closelab_pid[$name]=$!
	done
	for name in $scenarios; do
		wait "${closelab_pid[$name]}"
		echo $? >"$closelab_logs/$1.$name.code"
	done
	closelab_pid=()
}

if [ -e /proc/net/tcp_closestat ]; then
	echo "TAP version 13"
	skip_all "tcp_closestat is loaded"
fi
closelab_begin "$(wc -w <<<"$scenarios")"
run_all with
closelab_unload
run_all without --without-module
for name in $scenarios; do
	said=$(cat "$closelab_logs"/{with,without}."$name".said)
	codes=$(cat "$closelab_logs"/{with,without}."$name".code | xargs)
	n=$(segments "$closelab_logs/with.$name" | grep -c '^ ')
	difference=$(diff <(segments "$closelab_logs/with.$name") \
			  <(segments "$closelab_logs/without.$name") 2>&1) &&
		[ "$codes" = "0 0" ] && [ "$n" -gt 0 ]
	code=$?
	# A scenario that this kernel cannot do fails with the module and without.
	[ "$codes" != "4 4" ] || code=4
	closelab_report $code "$name, $n segments" "$difference"$'\n'"$said"
done
finish
