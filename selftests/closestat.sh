#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2154,SC2317 # names without blanks; a coprocess; called by "expect"
#
# closestat with the module and real connections: each command says what happened,
# in namespaces of their own. Its usage and errors are tested without a kernel.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
sockets=$closestat_dir/closestat_sockets
[ -x "$sockets" ] || skip_all "closestat_sockets is not built"

a=closestat-a-$$ b=closestat-b-$$
# shellcheck disable=SC2046 # process ids
clean_up() {
	kill $(jobs -p) 2>/dev/null
	ip netns del "$a"
	ip netns del "$b"
	closestat_clean_up
} 2>/dev/null
trap clean_up EXIT
trap 'exit 143' INT TERM

# run ARGUMENT... - closestat: status in rc, output in $tmp/out and $tmp/err
run() {
	rc=0
	closestat "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
}

# says STATUS PATTERN ARGUMENT... - closestat exits so, and a line of its output has that
says() {
	local want=$1 pattern=$2
	shift 2

	run "$@"
	[ "$rc" -eq "$want" ] && { [ -z "$pattern" ] || grep -qE -- "$pattern" "$tmp/out"; }
}

# fails STATUS PATTERN ARGUMENT... - closestat exits so, and complains so
fails() {
	local want=$1 pattern=$2
	shift 2

	run "$@"
	[ "$rc" -eq "$want" ] && [ ! -s "$tmp/out" ] && grep -qE -- "$pattern" "$tmp/err"
}

# value NS ROW - a row of the module's, in that namespace
value() {
	ip netns exec "$1" sed -n "s/^$2 //p" /proc/net/tcp_closestat
}

# at NS ROW VALUE - whether the row is that
at() {
	[ "$(value "$1" "$2")" -eq "$3" ]
}

# connect NS WAY N - make so many connections that end in that way
connect() {
	ip netns exec "$1" "$sockets" "$2" "$3" </dev/null >/dev/null
}

# hold NS WAY N - the same, and keep what stays open until "release"
hold() {
	local ready

	coproc holder { exec ip netns exec "$1" "$sockets" "$2" "$3"; }
	holder_pid=$holder_PID
	read -r ready <&"${holder[0]}" && [ "$ready" = ready ]
}
release() {
	eval "exec ${holder[1]}>&-"
	wait "$holder_pid"
}

fresh() {
	ip netns del "$1" 2>/dev/null
	ip netns add "$1" && ip -n "$1" link set lo up
}

echo "TAP version 13"
fresh $a
fresh $b

## show

connect $a close 3
connect $a linger 2
until_true at $a ended 10
expect "show: the ends" says 0 '^ended +10 +module$' -N $a
expect "show: who closed first" says 0 '^ended_active_fin +3 ' -N $a
expect "show: the cause of a reset" says 0 '^rst_sent_linger +2 ' -N $a
expect "show: the kernel's own" says 0 '^TCPAbortOnData +2 +kernel$' -N $a
expect "show: another namespace has nothing of it" says 0 '^ended +0 ' -N $b ended
expect "show: a namespace by a process in it" says 0 '^ended ' -N $$ ended
expect "show: a namespace by a path" says 0 '^ended +10 ' -N "/run/netns/$a" ended
expect "show -j" says 0 '"name": ?"ended", ?"value": ?10, ?"source": ?"module"' -j -N $a
expect "show -A: each namespace by its name" says 0 "^$a +[0-9]+ +ended +10 " -A
expect "show -A: one without events" says 0 "^$b +[0-9]+ +ended +0 " -Az ended
expect "show -A: those that are gone" says 0 "^dead +" -Az ended
dead() {
	run -Az ended
	awk '$1 == "dead" { print $(NF - 1) }' "$tmp/out"
}
kept_by_dead() {
	local before
	before=$(dead)
	fresh $a
	# Or more: other namespaces may be going, with connections that end in that moment.
	gone() { [ "$(dead)" -ge $((before + 10)) ]; }
	until_true gone || { echo "dead: ended $before before"; false; }
}
expect "show -A: what a namespace counted is kept when it is gone" kept_by_dead
rate() {
	closestat -d 1 -N $a >"$tmp/out" 2>"$tmp/err" &
	while kill -0 $! 2>/dev/null; do
		connect $a close 1 || return
	done
	wait $!
	rc=$?
	[ $rc -eq 0 ] && grep -qE '^ended +[0-9]+ +[1-9][0-9.]* +module$' "$tmp/out"
}
expect "show -d: the rate" rate
expect "show: no such namespace" fails 1 'no such network namespace' -N no-such-$$
expect "show: no such counter" fails 1 'is called' -N $a no_such_counter

## hist

fresh $a
connect $a close 5
until_true at $a ended 10
expect "hist: the states" says 0 '^fin_wait1 +5 ' hist -N $a
expect "hist: a bar" says 0 '^ *([0-9.]+ [mµu]?s|more) +[0-9]+ +#+$' hist -N $a
expect "hist -j" says 0 '"state": ?"last_ack", ?"count": ?5,' hist -j -N $a
expect "hist: nothing in the other namespace" says 0 '^last_ack +0 ' hist -N $b last_ack

## get, set, purge

expect "get: the default" says 0 '^time_wait_ms +60000 +60000 ' get -N $a
expect "set" says 0 '' set -N $a time_wait=1500ms guard=off
expect "set: it is so" says 0 '^time_wait_ms +1500 +60000 ' get -N $a time_wait_ms
expect "set: the kernel has it" [ "$(ip netns exec $a sysctl -n net.tcp_closestat.time_wait_ms net.tcp_closestat.time_wait_guard | xargs)" = "1500 0" ]
expect "set: not in another namespace" says 0 '^time_wait_ms +60000 ' get -N $b time_wait_ms
unchanged() {
	"$@" && [ "$(ip netns exec $a sysctl -n net.tcp_closestat.time_wait_ms net.ipv4.tcp_fin_timeout | xargs)" = "1500 60" ]
}
expect "set: out of range, nothing set" unchanged fails 1 'out of range: 0 to 600000 ms' set -N $a tcp_fin_timeout=9 time_wait=11min
expect "set: unknown, nothing set" unchanged fails 2 'no setting' set -N $a tcp_fin_timeout=9 nonsense=1
# The kernel itself refuses this one, after the others were written.
expect "set: refused by the kernel, nothing set" unchanged fails 1 'inherit' set -N $a tcp_fin_timeout=9 time_wait=7s inherit=1
as_nobody() {
	rc=0
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$(command -v closestat)" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
}
not_permitted() {
	as_nobody set time_wait=5s
	[ $rc -eq 1 ] && grep -q 'not permitted' "$tmp/err" &&
		[ "$(sysctl -n net.tcp_closestat.time_wait_ms)" -eq 60000 ]
}
expect "set: not permitted" not_permitted
may_read() {
	as_nobody -z
	[ $rc -eq 0 ] && grep -q '^ended ' "$tmp/out"
}
expect "show: permitted to all" may_read
all_not_permitted() {
	as_nobody -A
	[ $rc -eq 1 ] && grep -q 'not permitted' "$tmp/err"
}
expect "show -A: not permitted to all" all_not_permitted

fresh $a
purges() {
	closestat set -N $a time_wait=10min tcp_tw_reuse=0 || return
	closestat set -N $b time_wait=10min tcp_tw_reuse=0 || return
	connect $a close 6
	connect $b close 2
	until_true at $a time_wait 6 && until_true at $b time_wait 2 &&
		says 0 '' purge -N $a && until_true at $a time_wait 0 &&
		at $a time_wait_purged 6 && at $b time_wait 2
}
expect "purge: this namespace's alone" purges

## monitor

if grep -q libtracefs <(closestat monitor --help); then
	skip "monitor" "built without libtracefs"
else
	monitor=
	# watch_ends ARGUMENT... - start a monitor, its output in $tmp/monitor
	watch_ends() {
		# That of a test that failed would write on into the same file.
		if [ -n "$monitor" ]; then
			kill -CONT "$monitor"
			kill -INT "$monitor"
			wait "$monitor"
		fi
		: >"$tmp/monitor"
		closestat monitor "$@" >"$tmp/monitor" 2>"$tmp/monitor.err" </dev/null &
		monitor=$!
		instance=/sys/kernel/tracing/instances/closestat-$monitor
		until_true grep -qs 1 "$instance/events/tcp_closestat/tcp_close/enable"
	}
	stop_monitor() {
		kill -INT $monitor && wait $monitor
		rc=$?
		monitor=
		cp "$tmp/monitor" "$tmp/out"
		cp "$tmp/monitor.err" "$tmp/err"
		[ $rc -eq 0 ] && [ ! -e "$instance" ]
	}
	# lines N [PATTERN] - whether the monitor printed so many lines like that
	lines() {
		[ "$(grep -cE -- "${2-}" "$tmp/monitor")" -eq "$1" ]
	}

	fresh $a
	each_end() {
		watch_ends -A || return
		connect $a close 3
		connect $a unread_data 1
		connect $b linger 1
		# Connections of an earlier test may end elsewhere meanwhile.
		until_true lines 10 " ($a|$b) " && stop_monitor &&
			lines 3 "^[0-9:.]+ $a active_fin 127.0.0.1:[0-9]+ 127.0.0.1:7  .*fin_wait" &&
			lines 3 " $a passive_fin 127.0.0.1:7 " &&
			lines 1 " $a rst_sent/unread_data 127.0.0.1:7 " &&
			lines 1 " $b rst_sent/linger " && lines 1 " $b rst_received "
	}
	expect "monitor: every end, as it was" each_end
	filters() {
		watch_ends -A dport=7 kind=ended_active_fin || return
		connect $a linger 2
		connect $a close 2
		connect $b close 1
		until_true lines 3 && stop_monitor && lines 3 ' active_fin '
	}
	expect "monitor: filters" filters
	one_namespace() {
		watch_ends -j -N $b || return
		connect $a close 2
		connect $b close 1
		until_true lines 2 && stop_monitor && lines 2 '^\{"time":[0-9.]+,.*"saddr":"127.0.0.1","sport":[0-9]+,.*"ended":"'
	}
	expect "monitor -j: one namespace" one_namespace

	nothing() {
		fresh $b
		fails 0 'no connection has ended meanwhile in this namespace; -A ' monitor -d 0.3 -N $b &&
			says 0 '' monitor -j -d 0.3 -N $b && [ ! -s "$tmp/err" ]
	}
	expect "monitor: why it shows nothing" nothing
	none_wanted() {
		watch_ends -N $b port=1 || return
		connect $b close 1
		until_true at $b ended 2 && stop_monitor && [ ! -s "$tmp/out" ] &&
			grep -q 'of 2 connections that ended the filters let none through' "$tmp/err"
	}
	expect "monitor: why the filters show nothing" none_wanted
	header() {
		script -qec "$(command -v closestat) monitor -d 0.3 -N $b" /dev/null </dev/null >"$tmp/out"
		grep -q '^TIME HOW\[/CAUSE\] ' "$tmp/out"
	}
	# Not in every release's essential packages.
	! command -v script >/dev/null || expect "monitor: a header on a terminal" header

	# Told is every end: as a line, or as one of those that were lost.
	flood() {
		local lost ends=$2 before

		before=$(value $a ended)
		ip netns exec $a "$sockets" close $((ends / 2)) </dev/null >/dev/null || return
		[ "$1" = run ] || kill -CONT $monitor
		until_true at $a ended $((before + ends)) || return
		stop_monitor || return
		lost=$(grep -oE '"lost":[0-9]+' "$tmp/monitor" | awk -F: '{ n += $2 } END { print n + 0 }')
		echo "$ends ended, $(grep -c '"ended"' "$tmp/monitor") told, $lost lost"
		[ $(($(grep -c '"ended"' "$tmp/monitor") + lost)) -eq "$ends" ] &&
			{ [ "$1" = run ] || [ "$lost" -gt 0 ]; }
	}
	as_fast_as_it_goes() {
		watch_ends -j -N $a && flood run 10000
	}
	fresh $a
	expect "monitor: 10,000 ends in a row" as_fast_as_it_goes
	# A monitor that does not get to read, with a buffer too small for all. What
	# ends elsewhere is not its loss.
	cannot_follow() {
		watch_ends -j -N $a || return
		echo 64 >"$instance/buffer_size_kb"
		kill -STOP $monitor
		connect $b close 100
		flood stopped 10000
	}
	fresh $a
	expect "monitor: tells exactly how many were lost" cannot_follow
fi

## doctor

# findings - the names of those in $tmp/out, without what is past or harmless
findings() {
	tr '{' '\n' <"$tmp/out" | grep -vE '"level": ?"(earlier|harmless)"' |
		grep -oE '"check": ?"[a-z0-9_]+"' | cut -d '"' -f 4 | xargs
}
# found CHECKS - the last doctor named just these, and said so by its exit status
found() {
	[ "$(findings)" = "$1" ] && [ $rc -eq "$([ -n "$1" ]; echo $((!$?)))" ]
}
# finds CHECKS [ARGUMENT...] - doctor, in a, names just these checks
finds() {
	run doctor -j -d 200ms -N $a "${@:2}"
	found "$1"
}
# sees CHECKS COMMAND... - the same while COMMAND runs, which has 4 s
sees() {
	local want=$1 doctor
	shift
	closestat doctor -j -d $((4 * ${TCS_TIMEOUT_SCALE:-1})) -N $a >"$tmp/out" 2>"$tmp/err" </dev/null &
	doctor=$!
	until_true is_watching $doctor && "$@" || return
	wait $doctor
	rc=$?
	found "$want"
}
# told PATTERN - the last doctor, in JSON, told that
told() {
	grep -qE -- "$1" "$tmp/out"
}

fresh $a
expect "doctor: nothing on an idle system" finds ''
connect $a close 20
until_true at $a ended 40
expect "doctor: nothing when all closes well" finds ''
leak() {
	local found=0
	hold $a close_wait 5 || return
	# On a busy machine the other ends, orphans in FIN_WAIT2, have grown old meanwhile.
	{ finds close_wait || found 'close_wait fin_wait2'; } &&
		says 1 '^1[.] 5 sockets stay in CLOSE_WAIT, held by closestat_socke[a-z]*/[0-9]+ on port 7 with 127.0.0.1: the oldest for [0-9]' doctor -N $a -d 200ms
	found=$?
	release
	return $found
}
expect "doctor: a CLOSE_WAIT leak, and whose it is" leak
fresh $a
stuck() {
	local found=0
	hold $a fin_wait2 3 || return
	finds 'close_wait fin_wait2' &&
		says 1 '3 sockets stay in FIN_WAIT2, held by closestat_socke[a-z]*/[0-9]+ to port 7 with 127.0.0.1:7' doctor -N $a -d 200ms
	found=$?
	release
	return $found
}
expect "doctor: FIN_WAIT2 stuck" stuck
listed() {
	local found=0
	hold $a close_wait 5 || return
	says 0 '^CLOSE_WAIT .*127.0.0.1:7 .*closestat_socke[a-z]*/[0-9]+ fd [0-9]+' list -N $a --port 7 --state close-wait &&
		[ "$(grep -c ^CLOSE_WAIT "$tmp/out")" -eq 5 ] &&
		says 0 '^5 sockets would be ended' kill -n -N $a --state close-wait &&
		says 0 '^5 sockets ended' kill -N $a --state close-wait &&
		until_true at $a close_wait 0
	found=$?
	release
	return $found
}
expect "list and kill: those in CLOSE_WAIT" listed
fresh $a
expect "doctor: reset with data unread" sees 'rst_sent_unread_data ended_rst_received' connect $a unread_data 2
expect "doctor: how many, on which port, with whom" told '2 of 4 connections that ended were reset by close[(][)] with data unread [(]50 %[)]: 2 on port 7[^"]* with 127.0.0.1'
expect "doctor: the other side" told '2 of 4 connections that ended were reset by the peer [(]50 %[)]: 2 [^"]*with 127.0.0.1:7'
expect "doctor: what is past is no finding" finds ''
expect "doctor: but history" told '"level": ?"earlier","seen": ?"2 of 4 connections'
fresh $a
expect "doctor: reset by data after close" sees 'rst_sent_data_after_close ended_rst_received' connect $a data_after_close 2
fresh $a
expect "doctor: reset as a health check does" sees 'ended_rst_received' connect $a linger 2
expect "doctor: which is harmless" told '"rst_sent_linger","level": ?"harmless"'
# A connection that ends while doctor begins or ends is counted and traced, or neither.
have_ended() {
	[ "$(value $a ended)" -gt "$1" ]
}
steady() {
	local resets doctor

	while [ ! -e "$tmp/enough" ]; do connect $a linger 5; done &
	resets=$!
	until_true have_ended 0
	closestat doctor -j -d 300 -N $a >"$tmp/out" 2>"$tmp/err" </dev/null &
	doctor=$!
	until_true is_watching $doctor && until_true have_ended $(($(value $a ended) + 20))
	kill $doctor
	wait $doctor
	: >"$tmp/enough"
	wait $resets
	[[ $(tr '{' '\n' <"$tmp/out" | grep ended_rst_received | grep -v earlier) =~ \
		'"'([0-9]+)' of '.*': '([0-9]+)' with 127' ]] &&
		[ $((BASH_REMATCH[1] - BASH_REMATCH[2])) -ge -3 ] &&
		[ $((BASH_REMATCH[1] - BASH_REMATCH[2])) -le 3 ]
}
fresh $a
expect "doctor: as many are told as are counted" steady
top_tells() {
	closestat top -1 -d $((4 * ${TCS_TIMEOUT_SCALE:-1})) -N $a >"$tmp/out" 2>"$tmp/err" </dev/null &
	until_true grep -qs 1 "/sys/kernel/tracing/instances/closestat-$!/events/tcp_closestat/tcp_close/enable"
	connect $a linger 2
	wait $!
	rc=$?
	[ $rc -eq 0 ] && told '^ *[0-9.]+ +2 +rst_sent +linger +[0-9]+ +127.0.0.1 '
}
expect "top: what ends" top_tells
fresh $a
near_the_range() {
	# Without reuse, or a port is taken again once its TIME_WAIT is a second old; nor may a RST
	# end one, as happens where a slow machine sends a FIN twice.
	closestat set -N $a ip_local_port_range=40000-40039 tcp_tw_reuse=0 &&
		ip netns exec $a sysctl -qw net.ipv4.tcp_rfc1337=1 &&
		connect $a close 31 && until_true at $a time_wait 31 &&
		finds ports && says 1 'TIME_WAIT of 60 s holds 31 of the 40 usable ports for connections to 127.0.0.1:7' doctor -N $a -d 200ms
}
expect "doctor: TIME_WAIT near the port range" near_the_range
follow_the_remedy() {
	local command
	command=$(sed -n 's/^ *Try: //p' "$tmp/out" | head -n 1)
	[ "$command" = "closestat set -N $a tcp_tw_reuse=1" ] && $command && sleep 1.1 && finds ''
}
expect "doctor: its remedy works as it is printed" follow_the_remedy
fresh $a
overflows() {
	closestat set -N $a tcp_max_tw_buckets=4 && connect $a close 8 && until_true at $a ended 16 && finds overflow
}
if ip netns exec $a test -w /proc/sys/net/ipv4/tcp_max_tw_buckets; then
	expect "doctor: TIME_WAITs given up" overflows
else
	skip "doctor: TIME_WAITs given up" "tcp_max_tw_buckets is read-only in a namespace"
fi
fresh $a
short_and_unguarded() {
	closestat set -N $a time_wait=4s && finds short_time_wait &&
		closestat set -N $a guard=off && finds 'short_time_wait guard_off' &&
		closestat set -N $a time_wait=5s && finds guard_off &&
		closestat set -N $a guard=on && finds ''
}
expect "doctor: settings that do not go together" short_and_unguarded
everywhere() {
	closestat set -N $a time_wait=4s && run doctor -A -d 200ms && [ $rc -le 1 ] &&
		grep -A 1 "^$a:$" "$tmp/out" | grep -q '^1[.] time_wait_ms is 4000'
}
expect "doctor -A: each namespace by its name" everywhere
# As where a container may look at the host, and may not enter anything.
not_entered() {
	rc=0
	capsh --drop=cap_sys_admin -- -c "closestat list -A" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
	[ $rc -eq 0 ] && grep -qE '^closestat: [0-9]+ namespaces are left out, as they cannot be entered: Operation not permitted$' "$tmp/err"
}
expect "list -A: says how many cannot be entered" not_entered

## export

fresh $a
connect $a close 3
until_true at $a ended 6
labels="netns=\"[0-9]+\",netns_name=\"$a\""
expect "export: a counter" says 0 "^tcp_closestat_ended_total[{]$labels,how=\"active_fin\"[}] 3$" export -N $a
expect "export: a histogram" says 0 "^tcp_closestat_[a-z_]+_bucket[{]$labels,state=\"fin_wait1\",le=\"[+]Inf\"[}] 3$" export -N $a
expect "export -A: names" says 0 "^tcp_closestat_ended_total[{]$labels,how=\"active_fin\"[}] 3$" export -A
all_are_entered() {
	closestat set -N $a ip_local_port_range=40000-40039 && connect $a linger 2 &&
		says 0 "^tcp_closestat_setting_ip_local_port_range_size[{]${labels}[}] 40$" export -A &&
		told "^tcp_closestat_kernel_tcp_abort_on_data_total[{]${labels}[}] 2$" &&
		told "^tcp_closestat_kernel_tcp_abort_on_data_total[{]netns=\"[0-9]+\",netns_name=\"$b\"[}] 0$" &&
		[ ! -s "$tmp/err" ]
}
expect "export -A: the kernel's own counts of each namespace" all_are_entered
expect "export: the module's version" says 0 "^tcp_closestat_info[{]version=\"[0-9]" export
to_file() {
	run export -N $a -o "$tmp/x.prom"
	[ $rc -eq 0 ] && [ "$(grep -c 'tcp_closestat_ended_total{.*"active_fin"' "$tmp/x.prom")" -eq 1 ]
}
expect "export -o" to_file

## watch

watches() {
	rc=0
	: >"$tmp/err"
	TERM=xterm timeout -s INT $((3 * ${TCS_TIMEOUT_SCALE:-1})) script -qec "stty rows 24 cols 80; closestat watch -N $a 0.2" /dev/null \
		</dev/null >"$tmp/out" 2>&1
	grep -q TIME_WAIT "$tmp/out"
}
if command -v script >/dev/null; then
	expect "watch: draws" watches
else
	skip "watch: draws" "no script(1)"
fi

finish
