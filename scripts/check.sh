#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything that can be tested, in parts, some of them at the same time. Each part ends with
# its count on its last line; the sum is the last line of all.
set -uo pipefail

case ${1-} in
-h | --help)
	cat <<END
Usage: check.sh
Run style, unit tests, the rig's own tests, and the self-tests on every kernel.
  KERNELS="V..."  the self-tests on these kernels only, and neither packages, monitoring, rates
                  nor arm64
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
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

passed=0 failed=0 skipped=0
report=()

# part NAME COMMAND... - run one part; its standard output and what time it took, of the clock and
# of a CPU, kept in files
part() {
	local name=$1 began=$EPOCHSECONDS status=0 TIMEFORMAT='%U %S' cpu
	shift

	{ time setpriv --pdeathsig TERM "$@" >"$tmp/$name.out" 2>&3 || status=$?; } 3>&2 2>"$tmp/$name.cpu"
	cpu=$(awk '{ printf "%d", $1 + $2 }' "$tmp/$name.cpu")
	echo "$status $((EPOCHSECONDS - began)) $cpu" >"$tmp/$name.ended"
}

# account NAME - show what a part said and add up its results: it prints its count last,
# and without one it counts as a failure.
account() {
	local name=$1 status seconds cpu last

	read -r status seconds cpu <"$tmp/$name.ended" || status=unknown seconds=0 cpu=0
	printf '== %s\n' "$name"
	cat "$tmp/$name.out"
	last=$(tail -n 1 "$tmp/$name.out")
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]] &&
		{ [ "$status" = 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ]; }; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + BASH_REMATCH[3]))
	else
		last="ended with status $status and without a count, which counts as 1 failed"
		failed=$((failed + 1))
	fi
	report+=("$(printf '%-10s %4d s, %4d s of a CPU  %s' "$name" "$seconds" "$cpu" "$last")")
	# What failed is worth repeating where the reader looks, at the end, with the last
	# words before it: the log may be all that is left of this machine.
	[[ $last = *" 0 failed"* ]] || readarray -t -O "${#report[@]}" report < <(
		awk -f "$scripts/failures.awk" "$tmp/$name.out" | head -n 60 | sed 's/^/             /'
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
	report+=("$(printf '%-10s %4d s' "$name" $((EPOCHSECONDS - began)))")
}

# On another architecture runs what may differ there, on one kernel; KERNELS=6.12-arm64: all.
arm64=$(selftests/vm/kernels-for arm64-check)
prepare setup "$scripts/setup.sh" rig style tools prometheus
# The default is also what style and the rig's tests are run with.
# shellcheck disable=SC2046,SC2086 # words
prepare guests selftests/vm/root $(selftests/vm/kernels-for default) \
	${KERNELS:-$(selftests/vm/kernels-for check) $arm64}
# Quick parts, which say early that something is wrong: two at a time.
quick=(style scripts tools unit build headers)
part tools make -s --no-print-directory -C tools check &
part style "$scripts/tap-run" style "$scripts/style.sh"
part scripts "$scripts/tap-run" scripts "$scripts/check-scripts"
part unit make -s --no-print-directory -C selftests/unit check
part build "$scripts/tap-run" build selftests/vm/build-test
part headers "$scripts/tap-run" headers selftests/vm/headers-test
wait
for name in "${quick[@]}"; do
	account "$name"
done

# Guests of the suite wait more than half of their time: those of all four kernels run at once where
# there is memory for them, and have company.
[ "${GUESTS-}" ] || [ "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)" -lt 14000000 ] ||
	export GUESTS=4
slow=(rig bench suite)
# Each of these is of one kernel, or of a release.
[ "${KERNELS-}" ] || slow+=(packages monitoring rates arm64)
# if_slow NAME COMMAND... - the part, if it is one of those
if_slow() {
	[[ " ${slow[*]} " != *" $1 "* ]] || part "$@"
}
part suite selftests/vm/suite &
{
	part rig "$scripts/tap-run" rig selftests/vm/rig-test
	part bench "$scripts/tap-run" bench bench/check
	if_slow monitoring "$scripts/tap-run" monitoring selftests/monitoring/test
	# How many requests a second: by a clock that counts instructions, or the machine's load
	# would be measured.
	if_slow rates "$scripts/tap-run" rates \
		selftests/vm/run --kernel "$(selftests/vm/kernels-for rates)" --icount --deadline 1800 -- \
		selftests/closelab_rates.sh
} &
{
	if_slow packages "$scripts/tap-run" packages selftests/packages/test
	if_slow arm64 "$scripts/tap-run" arm64 \
		selftests/vm/run --kernel "$arm64" --deadline 2700 -- \
		make -C selftests run_tests ONLY=arch KSFT=/ksft/tools/testing/selftests
} &
wait
for name in "${slow[@]}"; do
	account "$name"
done

printf '\n'
printf '%s\n' "${report[@]}"
printf 'all in %d:%02d\n' $(((EPOCHSECONDS - BEGAN) / 60)) $(((EPOCHSECONDS - BEGAN) % 60))
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
