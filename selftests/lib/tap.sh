# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For test scripts that report in TAP: source it, "expect" what has to hold, or report
# with "pass", "fail" and "skip", end with "finish". Here, because the self-tests can be
# installed without the rest of the checkout.

tap_tests=0 tap_failed=0 tap_planned=

# plan TESTS - how many there will be; without it "finish" says how many there were
plan() {
	echo "1..$1"
	tap_planned=1
}

# pass NAME - one result
pass() {
	echo "ok $((++tap_tests)) $1"
}

# skip NAME REASON - one result: a test that cannot be run
skip() {
	echo "ok $((++tap_tests)) $1 # SKIP $2"
}

# fail NAME [TEXT] - one result, after what led to it. Text is no nested TAP, whatever
# it looks like: hence the bar.
fail() {
	[ -z "${2-}" ] || echo "#| ${2//$'\n'/$'\n#| '}"
	echo "not ok $((++tap_tests)) $1"
	tap_failed=1
}

# skip_all REASON - none of the tests can be run
skip_all() {
	echo "1..0 # SKIP $1"
	exit 4
}

# expect NAME COMMAND... - a test that passes when COMMAND succeeds; what it
# says is shown when it does not.
expect() {
	local name=$1 log
	shift

	log=$(mktemp)
	if "$@" >"$log" 2>&1 </dev/null; then
		pass "$name"
	else
		fail "$name" "$(cat "$log"; expect_context)"
	fi
	rm -f "$log"
}

# subtests NAME COMMAND... - a test that passes when COMMAND succeeds, which reports in TAP
# itself: its results are the subtests
subtests() {
	local name=$1 said status=0
	shift

	said=$("$@" 2>&1 </dev/null) || status=$?
	printf '%s\n' "$said" | sed 's/^/# /'
	if [ $status -eq 0 ]; then pass "$name"; else fail "$name"; fi
}

# expect_context - what else is shown when an "expect" fails; for who sources this to define
expect_context() { :; }

# same EXPECTED ACTUAL - two texts that have to be the same
same() {
	[ "$1" = "$2" ] || { printf 'expected: %s\n  actual: %s\n' "$1" "$2" && false; }
}

# status EXPECTED COMMAND... - COMMAND has to exit with that status
status() {
	local want=$1 got=0
	shift
	"$@" || got=$?
	same "$want" "$got"
}

# finish - the plan, and the exit status that goes with the results
finish() {
	[ "$tap_planned" ] || echo "1..$tap_tests"
	[ $tap_failed -eq 0 ]
}

# status_says EXPECTED PATTERN COMMAND... - the same, and a line of what it prints has PATTERN
status_says() {
	local want=$1 pattern=$2 said got=0
	shift 2
	said=$("$@" 2>&1) || got=$?
	same "$want" "$got" && grep -qe "$pattern" <<<"$said" && return
	printf 'no "%s" in what this says: %s\n%s\n' "$pattern" "$*" "$said"
	return 1
}
