# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # $rc is the exit status of the last closestat, the test's
# What the tests of closestat share: find it, load the module when it is not loaded, wait
# for something, report in TAP. What a test leaves is in $tmp, closestat's last output in
# $tmp/out and $tmp/err.

closestat_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
top=${TCS_SRC:-$closestat_dir/..}

# The whole test cannot be run here.
skip_all() # REASON
{
	echo "1..0 # SKIP $1"
	exit 4
}

[ "$(id -u)" -eq 0 ] || skip_all "needs root"
PATH=$top/tools/closestat:$PATH
command -v closestat >/dev/null || skip_all "closestat is not built"
loaded=
if [ ! -e /proc/net/tcp_closestat ]; then
	insmod "${TCS_KO:-$top/tcp_closestat.ko}" || skip_all "tcp_closestat cannot be loaded"
	loaded=1
fi
tmp=$(mktemp -d)

# The last of what a test cleans up, which has a trap of its own for that.
closestat_clean_up()
{
	[ -z "$loaded" ] || rmmod tcp_closestat
	rm -rf "$tmp"
}
trap closestat_clean_up EXIT

# until_true COMMAND... - wait until COMMAND succeeds, a minute at most
until_true() {
	local deadline=$((SECONDS + 60))

	until "$@"; do
		[ $SECONDS -lt $deadline ] || return
		sleep 0.1
	done
}

tests=0 failed=0
# expect NAME COMMAND... - a test that passes when COMMAND succeeds; what it says,
# and the last run of closestat, are shown when it does not.
expect() {
	local name=$1
	shift

	tests=$((tests + 1))
	if "$@" >"$tmp/said" 2>&1; then
		echo "ok $tests $name"
		return
	fi
	{
		cat "$tmp/said"
		echo "exit status $rc, stdout and stderr:"
		head -n 30 "$tmp/out" "$tmp/err"
	} | sed 's/^/# /'
	echo "not ok $tests $name"
	failed=1
}

# The plan, and the exit status that goes with the results.
closestat_end()
{
	echo "1..$tests"
	exit $failed
}
