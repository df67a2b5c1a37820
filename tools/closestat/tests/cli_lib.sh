# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the tests of the command line: a made-up /proc, expectations, KTAP.

CLOSESTAT=${CLOSESTAT:-$(dirname "$0")/../closestat}
TMP=$(mktemp -d)
ktap_n=0 ktap_bad=0

# Removes everything the test made; a test adds its own with on_exit.
exit_commands=()
on_exit() { exit_commands=("$*" "${exit_commands[@]}"); }
finish() {
	local command

	for command in "${exit_commands[@]}"; do eval "$command"; done
	rm -rf "$TMP"
}
trap finish EXIT

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

ok() { echo "ok $((++ktap_n)) $1"; }
skip() { echo "ok $((++ktap_n)) $1 # SKIP $2"; }
not_ok() {
	echo "not ok $((++ktap_n)) $1"
	echo "# exit $rc" "out: $out" "err: $err" | sed '2,$s/^/# /'
	ktap_bad=1
}

# case NAME CONDITION: a case that is good if the bash condition holds.
check() { if eval "$2"; then ok "$1"; else not_ok "$1"; fi }

# expect NAME STATUS OUT ERR ARGUMENTS...: runs the tool; OUT and ERR are extended regular
# expressions to be found in what it printed, '' for: nothing was printed, '-' for: anything.
expect() {
	local name=$1 want=$2 want_out=$3 want_err=$4

	shift 4
	run "$@"
	if [ "$rc" = "$want" ] && matches "$out" "$want_out" && matches "$err" "$want_err"; then
		ok "$name"
	else
		not_ok "$name"
	fi
}

matches() {
	case $2 in
	-) true ;;
	'') [ -z "$1" ] ;;
	*) [[ $1 =~ $2 ]] ;;
	esac
}

# To be the last command of a test.
ktap_end() {
	echo "1..$ktap_n"
	exit "$ktap_bad"
}

[ "${1:-}" = inside ] || echo 'KTAP version 1'

# counter_names - the rows that the tool knows, one a line: module/counters_list.h as
# metrics.c has it
counter_names() {
	local tools

	tools=$(dirname "$0")/../..
	${CC:-cc} -E -P -I"$tools" "$tools/closestat/metrics.c" |
		grep -oE '\{ ("[a-z0-9_]+" ?)+, METRIC_' | sed 's/" *"//g; s/.*"\(.*\)".*/\1/'
}
