#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything that can be tested, one part after the other. Each part ends with
# its count on its last line; the sum is the last line of all.
set -uo pipefail

case ${1-} in
-h | --help)
	cat <<END
Usage: check.sh
Run style, unit tests, the rig's own tests, and the self-tests on every kernel.
  KERNELS="V..."  these kernels only
  CACHE=DIR       where guest roots, builds and logs are kept
Exit status: 0 nothing failed, 1 something did, 2 usage.
END
	exit
	;;
?*)
	echo "check.sh: takes no arguments" >&2
	exit 2
	;;
esac

scripts=$(cd "$(dirname "$0")" && pwd)
cd "$scripts/.." || exit
export BEGAN=$EPOCHSECONDS
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

passed=0 failed=0 skipped=0
report=()

# part NAME COMMAND... - run one part; what it prints last is its count, and
# without one it counts as a failure.
part() {
	local name=$1 began=$EPOCHSECONDS status last
	shift

	printf '== %s\n' "$name"
	setpriv --pdeathsig TERM "$@" | tee "$tmp/out"
	status=${PIPESTATUS[0]}
	last=$(tail -n 1 "$tmp/out")
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]] &&
		{ [ "$status" -eq 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ]; }; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + BASH_REMATCH[3]))
	else
		last="ended with status $status and without a count, which counts as 1 failed"
		failed=$((failed + 1))
	fi
	report+=("$(printf '%-8s %4d s  %s' "$name" $((EPOCHSECONDS - began)) "$last")")
	# What failed is worth repeating where the reader looks, at the end.
	[[ $last = *" 0 failed"* ]] || readarray -t -O "${#report[@]}" report < <(
		grep -E '^[^ ]+: ' "$tmp/out" | head -n 20 | sed 's/^/             /'
	)
}

# prepare NAME COMMAND... - run what is no test but has to work.
prepare() {
	local name=$1 began=$EPOCHSECONDS
	shift

	printf '== %s\n' "$name"
	if ! setpriv --pdeathsig TERM "$@" >/dev/null; then
		printf '%s failed\n0 passed, 1 failed, 0 skipped\n' "$name"
		exit 1
	fi
	report+=("$(printf '%-8s %4d s' "$name" $((EPOCHSECONDS - began)))")
}

prepare setup "$scripts/setup.sh" rig style tools
# The default is also what style and the rig's tests are run with.
# shellcheck disable=SC2046,SC2086 # words
prepare guests selftests/vm/root ${KERNELS:+$(selftests/vm/kernels-for default) $KERNELS}
part style "$scripts/tap-run" style "$scripts/style.sh"
part scripts "$scripts/tap-run" scripts "$scripts/check-scripts"
part tools make -s --no-print-directory -C tools check
[ ! -e selftests/unit/Makefile ] ||
	part unit make -s --no-print-directory -C selftests/unit check
part build "$scripts/tap-run" build selftests/vm/build-test
part headers "$scripts/tap-run" headers selftests/vm/headers-test
part rig "$scripts/tap-run" rig selftests/vm/rig-test
part bench "$scripts/tap-run" bench bench/check
part packages "$scripts/tap-run" packages selftests/packages/test
part suite selftests/vm/suite

printf '\n'
printf '%s\n' "${report[@]}"
printf 'all in %d:%02d\n' $(((EPOCHSECONDS - BEGAN) / 60)) $(((EPOCHSECONDS - BEGAN) % 60))
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
