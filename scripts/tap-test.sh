# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For test scripts that report in TAP: source it, "expect" what has to hold, end
# with "finish".

expected=0 unexpected=0
expect_log=$(mktemp)

# expect NAME COMMAND... - a test that passes when COMMAND succeeds; what it
# says is shown when it does not.
expect() {
	local name=$1
	shift

	expected=$((expected + 1))
	if "$@" >"$expect_log" 2>&1 </dev/null; then
		echo "ok $expected $name"
	else
		sed 's/^/#| /' "$expect_log"
		echo "not ok $expected $name"
		unexpected=$((unexpected + 1))
	fi
}

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
	rm -f "$expect_log"
	echo "1..$expected"
	[ $unexpected -eq 0 ]
}
