#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs test programs, shows their KTAP and ends with "N passed, N failed, N skipped".
# A program that exits badly, or reports fewer cases than it planned, counts as a failure.

set -u

passed=0 failed=0 skipped=0

run() {
	local out rc plan seen bad

	out=$("$1" 2>&1)
	rc=$?
	printf '# %s\n%s\n' "${1##*/}" "$out"
	skipped=$((skipped + $(grep -c '^ok .*# SKIP' <<<"$out")))
	passed=$((passed + $(grep '^ok ' <<<"$out" | grep -vc '# SKIP')))
	bad=$(grep -c '^not ok ' <<<"$out")
	plan=$(sed -n 's/^1\.\.//p' <<<"$out")
	seen=$(grep -cE '^(not )?ok ' <<<"$out")
	if [ "$plan" != "$seen" ] || { [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
		echo "# ${1##*/}: exit $rc, $seen of ${plan:-?} cases"
		bad=$((bad + 1))
	fi
	failed=$((failed + bad))
}

for program; do
	run "$program"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
