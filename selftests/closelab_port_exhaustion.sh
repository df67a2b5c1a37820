#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The rate that three lengths of TIME_WAIT allow. They run at the same time: the
# longest takes a minute.
# shellcheck source=selftests/closelab_lib.sh
. "$(dirname "$0")/closelab_lib.sh"

closelab_begin 4
declare -A pids
logs=$(mktemp -d)
trap 'rm -rf "$logs"; closelab_unload' EXIT

rate() # ARGUMENT...
{
	"$closelab" run port-exhaustion "$@" >"$logs/$*" 2>&1 &
	pids["$*"]=$!
}

rate -4 --time-wait 60s
rate -4 --time-wait 10s
rate -4 --time-wait 1s
rate -6 --time-wait 1s
for run in "${!pids[@]}"; do
	wait "${pids[$run]}"
	closelab_report $? "port-exhaustion $run" "$(cat "$logs/$run")"
done
closelab_end
