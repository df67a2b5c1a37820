#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The rate that three lengths of TIME_WAIT allow. The long ones run at the same
# time; the short one, of which milliseconds count, runs alone.
# shellcheck source=selftests/closelab_lib.sh
. "$(dirname "$0")/closelab_lib.sh"

closelab_begin 4
logs=$(mktemp -d)
trap 'rm -rf "$logs"; closelab_unload' EXIT

closelab_run port-exhaustion -4 --time-wait 1s
closelab_run port-exhaustion -6 --time-wait 1s
"$closelab" run port-exhaustion -4 --time-wait 60s >"$logs/minute" 2>&1 &
closelab_run port-exhaustion -6 --time-wait 10s
wait $!
closelab_report $? "port-exhaustion -4 --time-wait 60s" "$(cat "$logs/minute")"
closelab_end
