#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which proxy holds TIME_WAIT: real programs, as each release has them, so that their
# ladders are not held against the documentation's. Without arguments all of the list,
# else those that are named. JOBS (4) runs go at once, as they mostly wait. A proxy is
# killed in the end: nothing of it may stay that the next one would find.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

readarray -t names < <(closelab_names | grep -E '^(haproxy|nginx|apache)-')
[ $# -eq 0 ] || names=("$@")

shared_memory()
{
	awk 'NR > 1 { print "key " $1 ", " $4 " bytes, of process " $5 }' /proc/sysvipc/shm
}

closelab_begin $((2 * ${#names[@]} + 1))
before=$(shared_memory)
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
expect "no shared memory is left" same "$before" "$(shared_memory)"
finish
