#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which proxy holds TIME_WAIT: real programs, as each release has them, so that their
# ladders are not held against the documentation's. Without arguments all of the list,
# else those that are named. JOBS (4) runs go at once, as they mostly wait.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

readarray -t names < <(closelab_names | grep -E '^(haproxy|nginx|apache)-')
[ $# -eq 0 ] || names=("$@")

closelab_begin $((2 * ${#names[@]}))
for name in "${names[@]}"; do
	for family in -4 -6; do
		closelab_make_room "${JOBS:-4}"
		closelab_start "$name$family" "$name" $family
	done
done
for name in "${names[@]}"; do
	closelab_await "$name-4"
	closelab_await "$name-6"
done
finish
