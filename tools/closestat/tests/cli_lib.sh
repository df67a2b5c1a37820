# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the tests of the command line: a made-up /proc, and what is expected of the tool,
# on top of lib/tap.sh.
# shellcheck source=selftests/lib/tap.sh
. "$(dirname "$0")/../../../selftests/lib/tap.sh"

CLOSESTAT=${CLOSESTAT:-$(dirname "$0")/../closestat}
TMP=$(mktemp -d)

# Removes everything the test made; a test adds its own with on_exit.
exit_commands=()
on_exit() { exit_commands=("$*" "${exit_commands[@]}"); }
clean_up() {
	local command

	for command in "${exit_commands[@]}"; do eval "$command"; done
	rm -rf "$TMP"
}
trap clean_up EXIT

# A /proc with the module loaded, as the next tests may change it.
make_proc() {
	export PROC_ROOT=$TMP/proc
	rm -rf "$PROC_ROOT"
	mkdir -p "$PROC_ROOT"/{thread-self/net,sys/net/tcp_closestat,sys/net/ipv4,sys/net/netfilter}
	printf '%s\n' 'version 1' 'ended 5' 'ended_active_fin 3' 'ended_other 0' \
		'time_wait_entered 4' 'time_wait 2' 'made_up_later 7' \
		>"$PROC_ROOT/thread-self/net/tcp_closestat"
	printf '%s\n' 'TcpExt: TW TWRecycled TCPAbortOnData' 'TcpExt: 4 0 9' \
		>"$PROC_ROOT/thread-self/net/netstat"
	printf '%s\n' 'Tcp: EstabResets OutRsts' 'Tcp: 1 2' >"$PROC_ROOT/thread-self/net/snmp"
	cat >"$PROC_ROOT/tcp_closestat_all" <<-END
		netns 4026531840
		version 1
		ended 5
		ended_active_fin 5
		time_wait 0

		netns 12
		version 1
		ended 6
		ended_active_fin 6

		netns dead
		version 1
		ended 7
		ended_active_fin 7

	END
	# As the module has it: without what tells nothing.
	cat >"$PROC_ROOT/tcp_closestat_all_hist" <<-END
		netns 4026531840

		netns 12
		fin_wait1 2 4
		fin_wait1 4 8
		fin_wait1 inf 10
		fin_wait1 sum_us 70
		fin_wait1 count 10
		close 8 1
		close inf 1
		close sum_us 9
		close count 1

		netns dead
		fin_wait1 1 3
		fin_wait1 inf 3
		fin_wait1 sum_us 3
		fin_wait1 count 3

	END
	printf '%s\n' 'fin_wait1 1 0' 'fin_wait1 2 4' 'fin_wait1 4 8' 'fin_wait1 inf 10' \
		'fin_wait1 sum_us 70' 'fin_wait1 count 10' \
		'closing 1 0' 'closing inf 0' 'closing sum_us 0' 'closing count 0' \
		'close 8 1' 'close inf 1' 'close sum_us 9' 'close count 1' \
		>"$PROC_ROOT/thread-self/net/tcp_closestat_hist"
	set_file tcp_closestat/time_wait_ms 60000
	set_file tcp_closestat/time_wait_guard 1
	set_file tcp_closestat/histograms 1
	set_file tcp_closestat/inherit 0
	: >"$PROC_ROOT/sys/net/tcp_closestat/time_wait_purge"
	set_file ipv4/tcp_fin_timeout 60
	printf '32768\t60999\n' >"$PROC_ROOT/sys/net/ipv4/ip_local_port_range"
}

set_file() { echo "$2" >"$PROC_ROOT/sys/net/$1"; }

# Prints the value of a made-up sysctl.
file() { cat "$PROC_ROOT/sys/net/$1"; }

# Runs the tool: status in $rc, output in $out and $err.
run() {
	"$CLOSESTAT" "$@" >"$TMP/out" 2>"$TMP/err"
	rc=$?
	out=$(<"$TMP/out") err=$(<"$TMP/err")
}

# What the tool did last, for a failure.
last_run() { printf '%s\n' "exit $rc" "out: $out" "err: $err"; }

# check NAME CONDITION: a test that passes if the bash condition holds.
check() { if eval "$2"; then pass "$1"; else fail "$1" "$(last_run)"; fi }

# expect_run NAME STATUS OUT ERR ARGUMENTS...: runs the tool; OUT and ERR are extended regular
# expressions to be found in what it printed, '' for: nothing was printed, '-' for: anything.
expect_run() {
	local name=$1 want=$2 want_out=$3 want_err=$4

	shift 4
	run "$@"
	if [ "$rc" = "$want" ] && matches "$out" "$want_out" && matches "$err" "$want_err"; then
		pass "$name"
	else
		fail "$name" "$(last_run)"
	fi
}

matches() {
	case $2 in
	-) true ;;
	'') [ -z "$1" ] ;;
	*) [[ $1 =~ $2 ]] ;;
	esac
}

[ "${1:-}" = inside ] || echo 'TAP version 13'

# counter_names - the rows that the tool knows, one a line: module/counters_list.h as
# metrics.c has it
counter_names() {
	local tools

	tools=$(dirname "$0")/../..
	${CC:-cc} -E -P -I"$tools" "$tools/closestat/metrics.c" |
		grep -oE '\{ ("[a-z0-9_]+" ?)+, METRIC_' | sed 's/" *"//g; s/.*"\(.*\)".*/\1/'
}
