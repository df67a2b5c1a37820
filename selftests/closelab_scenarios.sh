#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Scenarios of closelab: each over IPv4, what its documentation has to say of it, and
# over IPv6. Without arguments all that have no script of their own, else those that are
# named:
#
#	closelab_scenarios.sh half-close scan
#
# A run is in namespaces of its own and mostly waits, so that JOBS (4) of them go at
# once, apart from those that have to be alone. Results come in the order of the list.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

# Which of two events is first is a matter of microseconds here, or a delayed ACK's
# 40 ms are all the time that there is: others would only make them begin anew.
alone='
	three-segments
	close-race
	simultaneous-close
'
# These have scripts of their own: closelab_ports.sh, closelab_proxies.sh.
elsewhere='^(port-exhaustion|proxy|(haproxy|nginx|apache)-.*)$'
parallel=$(closelab_names | grep -Ev "$elsewhere" | grep -vxF -f <(tr -s ' \t' '\n' <<<"$alone" | grep .))

jobs=${JOBS:-4}

# those_of LIST [NAME...] - what LIST has of the NAMEs, all without any
those_of()
{
	local name

	for name in $1; do
		[ $# -eq 1 ] || [[ " ${*:2} " = *" $name "* ]] || continue
		echo "$name"
	done
}

report() # NAME
{
	closelab_compare "$1-4" "$1"
	closelab_await "$1-6"
}

# At most so many at once; what is left of the list is started as others end.
run_list() # JOBS NAME...
{
	local name at_once=$1

	shift
	for name; do
		closelab_make_room "$at_once"
		closelab_start "$name-4" "$name" -4 --markdown
		closelab_make_room "$at_once"
		closelab_start "$name-6" "$name" -6
	done
	for name; do
		report "$name"
	done
}

readarray -t at_once < <(those_of "$parallel" "$@")
readarray -t one_by_one < <(those_of "$alone" "$@")
names=("${at_once[@]}" "${one_by_one[@]}")
for name; do
	if [[ " ${names[*]} " != *" $name "* ]]; then
		echo "closelab_scenarios.sh: no scenario '$name' is listed" >&2
		exit 2
	fi
done
closelab_begin $((3 * ${#names[@]}))
run_list "$jobs" "${at_once[@]}"
run_list 1 "${one_by_one[@]}"
finish
