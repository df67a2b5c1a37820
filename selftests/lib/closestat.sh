# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # $rc is the exit status of the last closestat, the test's
# Shared by the tests of closestat: find it, load the module when it is not loaded, wait
# for something, on top of lib/tap.sh. What a test leaves is in $tmp, closestat's last output in
# $tmp/out and $tmp/err.

# shellcheck source=selftests/lib/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

closestat_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
top=${TCS_SRC:-$closestat_dir/..}

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

# is_watching PID - whether closestat doctor has looked for the first time, and waits for events;
# wchan would be 0 before Linux 5.16
is_watching() {
	grep -qs poll "/proc/$1/stack"
}

# The last run of closestat.
expect_context() {
	echo "exit status $rc, stdout and stderr:"
	head -n 30 "$tmp/out" "$tmp/err"
}
