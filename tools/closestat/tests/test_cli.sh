#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317 # check evaluates its condition later
# Every subcommand's usage, errors and exit codes, on a made-up /proc.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

# value NAME: of a counter in the JSON of the last run.
value() { jq -r --arg n "$1" '.counters[] | select(.name == $n).value' <<<"$out"; }
setting() { jq -c --arg n "$1" ".knobs[] | select(.name == \$n).$2" <<<"$out"; }

# run_failing FILES ERRNO ARGUMENTS...: runs the tool with writes to those files failing.
run_failing() {
	LD_PRELOAD=$(realpath "$(dirname "$0")")/fail_write.so FAIL_FILE=$1 FAIL_ERRNO=$2 run "${@:3}"
}

make_proc

# help and usage
expect_run 'help goes to stdout' 0 'Usage: closestat .*Commands:' '' --help
expect_run 'short help' 0 'Usage: closestat ' '' -h
expect_run 'help as a command' 0 'Usage: closestat .*Commands:' '' help
expect_run 'help of a command' 0 'Usage: closestat get ' '' help get
expect_run 'help of no command' 2 '' "no command is called 'nonsense'" help nonsense
expect_run 'version' 0 '^closestat [^ ]+$' '' --version
for option in -h -V 'get -h'; do
	# shellcheck disable=SC2086 # two words
	"$CLOSESTAT" $option >/dev/full 2>"$TMP/err"
	rc=$? out='' err=$(<"$TMP/err")
	check "$option without room" '[[ $rc = 1 && $err =~ "cannot write: No space left" ]]'
done
for command in show get set purge hist export doctor watch monitor; do
	expect_run "$command --help" 0 "Usage: closestat $command " '' "$command" --help
	expect_run "help names $command" 0 "$command  +[A-Z]" '' --help
	expect_run "$command with an unknown option" 2 '' "unknown option '--nonsense'" "$command" --nonsense
	expect_run "$command -N without a value" 2 '' 'needs a value' "$command" -N
	# For doctor 1 is what it found.
	[ "$command" = doctor ] && code=2 || code=1
	expect_run "$command in no such namespace" "$code" '' 'no such network namespace' "$command" -N no-such
done
expect_run 'purge takes no words' 2 '' "unexpected 'all'" purge all
expect_run 'purge takes no -j' 2 '' "does not take option -j" purge -j
expect_run 'set takes no -z' 2 '' "does not take option -z" set -z guard=1
expect_run 'get takes no -z' 2 '' "does not take option -z" get -z

# show
expect_run 'shows counters' 0 'NAME +VALUE +SOURCE.ended +5 +module' ''
expect_run 'shows the kernel'"'"'s own' 0 'TCPAbortOnData +9 +kernel.EstabResets +1 +kernel' ''
expect_run 'shows names it does not know' 0 'made_up_later +7' '' show
run
check 'leaves zeros out' '[[ ! $out =~ ended_other ]]'
check 'leaves the version out' '[[ ! $out =~ version ]]'
expect_run '-z shows zeros' 0 'ended_other +0 ' '' -z
expect_run 'a pattern shows zeros' 0 'ended_other +0 ' '' show ended_other
run 'time_wait*'
check 'a pattern chooses' '[[ $rc = 0 && $out =~ time_wait_entered && ! $out =~ ended ]]'
expect_run 'a pattern without a match' 1 'ended ' "is called 'nonsense'" ended nonsense
expect_run 'an option may come last' 0 'ended_other' '' show -z
run -j
check 'JSON has the version of the format' '[ "$(value version)" = 1 ]'
check 'JSON has every counter' '[ "$(value ended) $(value ended_other) $(value OutRsts)" = "5 0 2" ]'
check 'JSON is one line' '[ "$(wc -l <"$TMP/out")" = 1 ]'
run -jp
check 'pretty JSON is the same' '[ "$(value ended)" = 5 ] && [ "$(wc -l <"$TMP/out")" -gt 10 ]'
mv "$PROC_ROOT/thread-self/net" "$PROC_ROOT/net" && rmdir "$PROC_ROOT/thread-self"
run -j
check 'a /proc without threads' '[ "$(value ended) $(value OutRsts)" = "5 2" ]'
make_proc
rm "$PROC_ROOT/thread-self/net/netstat"
expect_run 'without /proc/net/netstat' 0 'OutRsts' '' show
make_proc

printf 'version 1\nended 5\nend' >"$PROC_ROOT/thread-self/net/tcp_closestat"
expect_run 'a file cut short' 1 '' 'not in the format'
printf 'version 2\n' >"$PROC_ROOT/thread-self/net/tcp_closestat"
expect_run 'a version of the future' 1 '' 'format version'
rm "$PROC_ROOT/thread-self/net/tcp_closestat"
expect_run 'module not loaded' 1 '' 'not loaded: modprobe tcp_closestat'
mkdir "$PROC_ROOT/thread-self/net/tcp_closestat"
expect_run 'a directory in its place' 1 '' 'cannot read .*Is a directory'
make_proc
"$CLOSESTAT" >/dev/full 2>"$TMP/err"
rc=$? out='' err=$(<"$TMP/err")
check 'no room for the output' '[[ $rc = 1 && $err =~ "cannot write" ]]'

# show -A
expect_run 'all namespaces' 0 'NETNS +INODE +NAME.*- +12 +ended +6 .*dead +ended +7 ' '' -A
run -Aj ended
check 'all namespaces as JSON' '[ "$(jq -c "[.counters[] | [.inode, .value]]" <<<"$out")" = "[[4026531840,5],[12,6],[null,7]]" ]'
expect_run '--resolve of what is not known' 2 '' "'podman' cannot be asked" -A --resolve podman
expect_run '-A with -N' 2 '' 'do not go together' -A -N 1
head -n 11 "$PROC_ROOT/tcp_closestat_all" >"$TMP/cut"
mv "$TMP/cut" "$PROC_ROOT/tcp_closestat_all"
expect_run '-A of a file cut short' 1 '' 'not in the format' -A
rm "$PROC_ROOT/tcp_closestat_all"
expect_run '-A without the module' 1 '' 'not loaded' -A

# show -d: the counters have moved once the tool has opened the file for the first time.
for arguments in '-d 0.5 -j' '-d0.5 -j' '--rate=500ms -j'; do
	make_proc
	counters=$PROC_ROOT/thread-self/net/tcp_closestat
	printf '%s\n' 'version 1' 'ended 505' 'time_wait 4' >"$TMP/later"
	rm "$counters"
	mkfifo "$counters"
	{
		exec 3>"$counters"
		mv "$TMP/later" "$counters"
		printf '%s\n' 'version 1' 'ended 5' 'time_wait 9' >&3
	} &
	# shellcheck disable=SC2086 # several words
	run $arguments
	kill $! 2>/dev/null
	wait
	check "rates with $arguments" 'jq -e "[.counters[] | select(.source == \"module\")] |
		(.[1].rate > 250 and .[1].rate <= 1000 and .[1].value == 505 and .[2].rate < 0)" <<<"$out"  >/dev/null'
done
make_proc
run -d 1ms
check 'rates without a change' '[[ $rc = 0 && -z $out && $err =~ "nothing has changed meanwhile; -z" ]]'
run -d 1ms -j
check 'programs are not told' '[ "$rc$err" = 0 ]'
run -d 1ms -z
check 'nor who sees rows' '[[ $rc = 0 && -z $err && -n $out ]]'
printf 'version 1\nended 0\n' >"$PROC_ROOT/thread-self/net/tcp_closestat"
rm "$PROC_ROOT"/thread-self/net/{netstat,snmp}
expect_run 'nothing yet' 0 '' 'nothing has closed yet; -z shows rows of 0'
make_proc
for seconds in 0 0.0000001 2x 100000 1e3; do
	expect_run "-d $seconds" 2 '' "is no number of seconds above 0" -d "$seconds"
done

expect_run '-d beyond its limit' 2 '' "'86401' is no number of seconds above 0, up to 86400" -d 86401
expect_run '--duration is -d' 2 '' "'86401' is no number of seconds" monitor --duration 86401

# hist
expect_run 'hist' 0 'STATE +COUNT +MEAN +P50 +P90 +P99.fin_wait1 +10 +7 us +2 us +4 us +4 us' '' hist
expect_run 'hist says how far percentiles go' 0 'Percentiles are interpolated.*no more exact than that' '' hist --help
expect_run 'hist has bars' 0 'fin_wait1.UP TO +COUNT *. +2 us +4 ##########*. +4 us +4 ###*. +more +2 ###' '' hist
run hist
check 'hist leaves out the empty' '[[ ! $out =~ closing ]]'
expect_run 'hist of an empty state' 0 'closing +0 +- ' '' hist closing
sed -i '/count\|inf/s/ [0-9]*$/ 0/; /sum_us/s/ [0-9]*$/ 0/; s/^\([a-z0-9_]* [0-9]*\) [0-9]*$/\1 0/' "$PROC_ROOT/thread-self/net/tcp_closestat_hist"
expect_run 'hist of nothing' 0 '-' 'nothing has closed yet; -z' hist
expect_run 'hist -z of nothing' 0 'fin_wait1 +0 +- ' '' hist -z
set_file tcp_closestat/histograms 0
expect_run 'hist where none are kept' 0 '-' 'no durations are kept' hist
make_proc
expect_run 'hist of no state' 1 '' "no histogram of 'nonsense'" hist nonsense
run hist -j
check 'hist -j' '[ "$(jq -c ".histograms[0] | [.state, .count, .mean_us, .p50_us, .sum_us, .buckets[2]]" <<<"$out")" = "[\"fin_wait1\",10,7,2,70,[4,8]]" ]'
check 'hist -j of the empty' '[ "$(jq -c ".histograms[1] | [.count, .mean_us]" <<<"$out")" = "[0,null]" ]'
echo 'fin_wait1 1 0' >"$PROC_ROOT/thread-self/net/tcp_closestat_hist"
expect_run 'hist of a broken file' 1 '' 'not in the format' hist
rm "$PROC_ROOT/thread-self/net/tcp_closestat_hist"
expect_run 'hist without the module' 1 '' 'not loaded' hist
make_proc

# hist -A
expect_run 'hist -A' 0 'NETNS +INODE +STATE +COUNT +MEAN +P50 +P90 +P99.- +12 +fin_wait1 +10 +7 us +2 us +1145 min .*- +12 +close +1 .*dead +fin_wait1 +3 +1 us' '' hist -A
check 'hist -A has no bars' '! [[ $out =~ "UP TO" ]]'
expect_run 'hist -A of a state' 0 '^NETNS[^#]*.- +12 +close +1 [^#]*$' '' hist -A close
check 'and of no other' '[[ ! $out =~ fin_wait1 ]]'
expect_run 'hist -A of a state that none has left' 0 '-' '' hist -A closing
expect_run 'hist -A of no state' 1 '' "no histogram of 'nonsense'" hist -A nonsense
run hist -Aj
check 'hist -A -j' '[ "$(jq -c "[.histograms[] | [.netns, .inode, .state, .count, (.buckets | length), .buckets[2]]]" <<<"$out")" = "[[\"-\",12,\"fin_wait1\",10,37,[4,8]],[\"-\",12,\"close\",1,37,[4,0]],[\"dead\",null,\"fin_wait1\",3,37,[4,3]]]" ]'
expect_run 'hist -A with -N' 2 '' 'do not go together' hist -A -N 1
head -n 5 "$PROC_ROOT/tcp_closestat_all_hist" >"$TMP/cut"
mv "$TMP/cut" "$PROC_ROOT/tcp_closestat_all_hist"
expect_run 'hist -A of a file cut short' 1 '' '/proc/tcp_closestat_all_hist is not in the format' hist -A
printf 'netns 1\n\nnetns dead\n\n' >"$PROC_ROOT/tcp_closestat_all_hist"
expect_run 'hist -A of nothing' 0 '-' 'nothing has closed yet' hist -A
rm "$PROC_ROOT/tcp_closestat_all_hist"
expect_run 'hist -A with an older module' 1 '' 'the module is older' hist -A
expect_run 'export -A with an older module' 0 'netns="dead",how=.*_bucket.netns="self",state="fin_wait1",le="0.000002". 4' '' export -A
rm "$PROC_ROOT/tcp_closestat_all"
expect_run 'hist -A without the module' 1 '' 'not loaded' hist -A
make_proc

# export
expect_run 'export of counters' 0 '# HELP tcp_closestat_ended_total [A-Z].*# TYPE tcp_closestat_ended_total counter.tcp_closestat_ended_total.netns="self",how="active_fin". 3' '' export
check 'export leaves sums out' '[ -z "$(grep -E "^tcp_closestat_(ended|version)" "$TMP/out" | grep -v how=.[a-z])" ]'
expect_run 'export of entries' 0 'tcp_closestat_entered_total.netns="self",state="time_wait". 4' '' export
expect_run 'export of gauges' 0 '# TYPE tcp_closestat_sockets gauge.tcp_closestat_sockets.netns="self",state="time_wait". 2' '' export
expect_run 'export of the unknown' 0 '# TYPE tcp_closestat_made_up_later untyped.tcp_closestat_made_up_later.netns="self". 7' '' export
expect_run 'export of histograms' 0 '_bucket.netns="self",state="fin_wait1",le="0.000002". 4.*le="\+Inf". 10.*_sum.netns="self",state="fin_wait1". 0.00007.*_count[^ ]* 10' '' export
expect_run 'export of the time to the end' 0 'tcp_closestat_close_duration_seconds_sum.netns="self". 0.000009' '' export
expect_run 'export of settings' 0 'setting_time_wait_seconds.netns="self". 60.0.*setting_ip_local_port_range_size.netns="self". 28232' '' export
expect_run 'export of the kernel'"'"'s own' 0 'counter.tcp_closestat_kernel_tcp_abort_on_data_total.netns="self". 9' '' export
expect_run 'export of versions' 0 '^#[^#]*.# TYPE tcp_closestat_info gauge.tcp_closestat_info.version="[^"]+",tool_version="[^"]+". 1' '' export
expect_run 'export -A' 0 'netns="4026531840",how="active_fin". 5.[^#]*netns="12",how="active_fin". 6.[^#]*netns="dead",how="active_fin". 7' '' export -A
expect_run 'export -A of histograms' 0 'state_duration_seconds_bucket.netns="12",state="fin_wait1",le="0.000001". 0.[^#]*netns="12",state="fin_wait1",le="68719.476736". 8.[^#]*netns="12",state="fin_wait1",le="\+Inf". 10.[^#]*netns="dead",state="fin_wait1",le="0.000001". 3.*close_duration_seconds_count.netns="12". 1' '' export -A
check 'each has all bounds' '[ "$(grep -c "^tcp_closestat_state_duration_seconds_bucket.netns=.12.,state=.fin_wait1." "$TMP/out")" = 38 ]'
check 'none of where nothing ended' '[ -z "$(grep "_bucket.netns=.4026531840" "$TMP/out")" ]'
expect_run 'OpenMetrics' 0 '# TYPE tcp_closestat_ended counter.tcp_closestat_ended_total.*made_up_later unknown.*# EOF$' '' export -O
run export -o "$TMP/x.prom"
"$CLOSESTAT" export >"$TMP/same"
check 'export to a file' '[ "$rc$out$err" = 0 ] && cmp -s "$TMP/x.prom" "$TMP/same" && [ "$(ls "$TMP"/x.prom*)" = "$TMP/x.prom" ]'
expect_run 'export where there is no directory' 1 '' 'cannot write /nowhere/x.prom' export -o /nowhere/x.prom
run_failing '*/x.prom.??????' 28 export -o "$TMP/x.prom"
check 'export without room' '[[ $rc = 1 && $err =~ "No space left" ]] && cmp -s "$TMP/x.prom" "$TMP/same" && [ "$(ls "$TMP"/x.prom*)" = "$TMP/x.prom" ]'
rm "$TMP/x.prom" && mkdir "$TMP/far" && cp "$TMP/same" "$TMP/far/y.prom" && ln -s far/y.prom "$TMP/x.prom"
inode=$(stat -c %i "$TMP/far/y.prom")
run export -o "$TMP/x.prom"
check 'export to what a link leads to' '[ "$rc$out$err" = 0 ] && [ -L "$TMP/x.prom" ] && cmp -s "$TMP/far/y.prom" "$TMP/same" &&
	[ "$(stat -c %i "$TMP/far/y.prom")" != "$inode" ] && [ "$(ls "$TMP/far")" = y.prom ]'
rm "$TMP/x.prom" && mv "$TMP/far/y.prom" "$TMP/x.prom" && rmdir "$TMP/far"
mkfifo "$TMP/fifo"
timeout 10 cat "$TMP/fifo" >"$TMP/read" &
run export -o "$TMP/fifo"
check 'export to a pipe' '[ "$rc$out$err" = 0 ] && [ -p "$TMP/fifo" ]'
# It ends when what was written has been read.
[ -p "$TMP/fifo" ] && wait $! && out=
check 'and its reader has all' 'cmp -s "$TMP/read" "$TMP/same"'
# One of the test's own: where this fails, as root, it replaces the system's.
if mknod "$TMP/full" c 1 7 2>/dev/null && { echo >"$TMP/full"; } 2>&1 | grep -q 'No space left'; then
	expect_run 'export to a device without room' 1 '' 'No space left' export -o "$TMP/full"
	check 'and the device stays' '[ -c "$TMP/full" ]'
else
	skip 'export to a device' 'no device may be made here'
fi
expect_run 'export to stdout by its name' 0 'ended_total' '' export -o /proc/self/fd/1
out=$("$CLOSESTAT" export -o /proc/self/fd/1 | cat)
check 'and where it is a pipe' '[ "$out" = "$(<"$TMP/same")" ]'
expect_run 'export to a directory' 1 '' 'Is a directory' export -o "$TMP"
expect_run 'export takes no words' 2 '' "unexpected 'x'" export x
"$CLOSESTAT" export >/dev/full 2>"$TMP/err"
rc=$? out='' err=$(<"$TMP/err")
check 'export without room on stdout' '[[ $rc = 1 && $err =~ "cannot write" ]]'
if command -v promtool >/dev/null; then
	for all in '' -A; do
		# shellcheck disable=SC2086 # maybe no word
		out=$("$CLOSESTAT" export $all | promtool check metrics 2>&1)
		rc=$? err=
		check "promtool accepts export $all" '[ "$rc$out" = 0 ]'
	done
else
	skip 'promtool' 'promtool is not installed'
fi
if /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
	out=$("$CLOSESTAT" export -AO | /usr/bin/python3 -c 'import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
for family in parse(sys.stdin.read()):
	print(family.name, family.type)' 2>&1)
	rc=$? err=
	check 'an OpenMetrics parser accepts export -O' '[[ $rc = 0 && $out =~ "tcp_closestat_ended counter" ]]'
else
	skip 'OpenMetrics' 'python3-prometheus-client is not installed'
fi
cp "$TMP/x.prom" "$TMP/before"
echo garbage >"$PROC_ROOT/thread-self/net/tcp_closestat"
expect_run 'export of a broken file' 1 '' 'not in the format' export -o "$TMP/x.prom"
check 'a failed export leaves the old file' 'cmp -s "$TMP/x.prom" "$TMP/before"'
rm "$PROC_ROOT/thread-self/net/tcp_closestat"
expect_run 'export without the module' 1 '' 'not loaded' export
make_proc

# get
expect_run 'get shows the settings' 0 'time_wait_ms +60000 +60000 +0 +600000 ms ' '' get
expect_run 'get one' 0 'tcp_fin_timeout +60 ' '' get net.ipv4.tcp_fin_timeout
expect_run 'get an unknown one' 2 '' "no setting is called 'nonsense'" get nonsense
run get -j
check 'get -j numbers' '[ "$(setting time_wait_ms current) $(setting histograms max)" = "60000 1" ]'
check 'get -j ports' '[ "$(setting ip_local_port_range current)" = "[32768,60999]" ]'
check 'get leaves out what is not there' '[[ ! $out =~ tcp_tw_reuse_delay ]]'
expect_run 'get what is not there' 1 '' 'has no tcp_tw_reuse_delay' get tcp_tw_reuse_delay
expect_run 'get conntrack without it' 1 '' 'nf_conntrack is not loaded' get nf_conntrack_tcp_timeout_close
rm "$PROC_ROOT/sys/net/tcp_closestat/inherit"
expect_run 'set outside the initial namespace' 1 '' 'inherit is there in the initial namespace only' set inherit=1
expect_run 'get outside the initial namespace' 0 '-' '' get
set_file ipv4/tcp_fin_timeout 'sixty'
expect_run 'get something that is no number' 1 '' 'does not hold a number' get tcp_fin_timeout
make_proc
rm -r "$PROC_ROOT/sys/net/tcp_closestat"
expect_run 'get without the module' 1 'tcp_fin_timeout' '^closestat: tcp_closestat is not loaded[^:]*: modprobe tcp_closestat' get
make_proc

expect_run 'top by what is no key' 2 '' 'no keys to count by' top -g colour
expect_run 'list of no state' 2 '' "'state=foo' does not have a value of its kind: all, .* close-wait " list --state foo
expect_run 'list of no port' 2 '' "'port=99999' does not .*: a number from 1 to 65535" list --port 99999
expect_run 'list of no age' 2 '' "'older=x' does not .*as in 10min" list older=x
expect_run 'top by a key twice' 2 '' "'how,how' names a key twice" top -g how,how
expect_run 'top by too many keys' 2 '' 'more than 6 keys' top -g how,cause,port,peer,pport,program,unit
expect_run 'top tells its keys' 2 '' 'these are: how,cause,.*,errno' top -g x
expect_run 'top of an odd filter' 2 '' "there is no filter 'colour=1'" top colour=1
expect_run 'monitor of an odd filter' 2 '' "there is no filter 'older=1s'" monitor --older 1s

# set: NAME=VALUE, file, what it holds then
while read -r word name want; do
	make_proc
	run set "$word"
	check "set $word" '[ "$rc$out$err" = 0 ] && [ "$(file $name)" = "${want//_/ }" ]'
done <<-END
	time_wait=1500ms			tcp_closestat/time_wait_ms	1500
	time_wait=1.5s				tcp_closestat/time_wait_ms	1500
	time_wait=2min				tcp_closestat/time_wait_ms	120000
	time_wait=0ms				tcp_closestat/time_wait_ms	0
	time_wait_ms=1500			tcp_closestat/time_wait_ms	1500
	time_wait_ms=600000			tcp_closestat/time_wait_ms	600000
	net.tcp_closestat.time_wait_ms=7	tcp_closestat/time_wait_ms	7
	guard=off				tcp_closestat/time_wait_guard	0
	guard=0					tcp_closestat/time_wait_guard	0
	time_wait_guard=on			tcp_closestat/time_wait_guard	1
	histograms=0				tcp_closestat/histograms	0
	inherit=on				tcp_closestat/inherit		1
	tcp_fin_timeout=5			ipv4/tcp_fin_timeout		5
	net.ipv4.tcp_fin_timeout=5000ms		ipv4/tcp_fin_timeout		5
	ip_local_port_range=1024-2048		ipv4/ip_local_port_range	1024_2048
END

make_proc
run set time_wait=3s guard=off tcp_fin_timeout=9
check 'set several' '[ "$rc $(file tcp_closestat/time_wait_ms) $(file tcp_closestat/time_wait_guard) $(file ipv4/tcp_fin_timeout)" = "0 3000 0 9" ]'

# Refused, and nothing changed: status, words, what is said.
while IFS='|' read -r want words message; do
	make_proc
	read -ra words <<<"$words"
	run set "${words[@]}"
	check "set ${words[*]} is refused" '[[ $rc = "$want" && -z $out && $err =~ $message ]] &&
		[ "$(file tcp_closestat/time_wait_ms) $(file ipv4/tcp_fin_timeout)" = "60000 60" ]'
done <<-'END'
	2||nothing to set
	2|time_wait|is not NAME=VALUE
	2|=5|no setting is called ''
	2|nonsense=5|no setting is called 'nonsense'
	2|time_wait_purge=1|no setting is called
	2|time_wait=1500|needs a unit
	2|time_wait=|no length of time
	2|time_wait=ten|no length of time
	2|time_wait=-1s|no length of time
	2|time_wait=1h|no length of time
	2|time_wait=0.5ms|whole milliseconds
	2|tcp_fin_timeout=1500ms|whole seconds
	1|time_wait_ms=600001|out of range: 0 to 600000 ms
	1|time_wait=11min|out of range: 0 to 600000 ms
	1|time_wait_ms=18446744073709551616|out of range
	2|guard=maybe|neither of 0, 1, off, on
	1|guard=2|out of range: 0 to 1
	2|tcp_tw_reuse=x|is not a number
	2|ip_local_port_range=5|not two ports
	1|ip_local_port_range=9-5|the lower first
	2|time_wait=1s time_wait_ms=5|is set twice
	2|time_wait=5s tcp_tw_timeout=7|TIME_WAIT is set twice: tcp_tw_timeout is time_wait_ms in seconds
	2|net.ipv4.tcp_tw_timeout=7 guard=1 time_wait_ms=5000|TIME_WAIT is set twice
	1|time_wait=1s guard=2|out of range
	2|time_wait=1s nonsense=5|no setting
	1|time_wait=1s tcp_tw_reuse_delay=5|has no tcp_tw_reuse_delay
END

# set --save
make_proc
conf=$TMP/tcp.conf
run set --save="$conf" time_wait=2s guard=0
check 'save' '[ "$rc$err" = 0 ] && [ "$(file tcp_closestat/time_wait_ms)" = 2000 ] &&
	[ "$(<"$conf")" = "$(printf "%s\n" "net.tcp_closestat.time_wait_ms = 2000" "net.tcp_closestat.time_wait_guard = 0")" ]'
check 'save with the usual mode' '[ "$(stat -c %a "$conf")" = 644 ]'
printf '%s\n' '# kept' '-net/tcp_closestat/time_wait_ms=5' 'net.ipv4.tcp_syncookies = 1' >"$conf"
run set --save="$conf" time_wait=3s
check 'save keeps the rest' '[ "$(<"$conf")" = "$(printf "%s\n" "# kept" "net.ipv4.tcp_syncookies = 1" "net.tcp_closestat.time_wait_ms = 3000")" ]'
cp "$conf" "$TMP/before"
make_proc
expect_run 'save what is refused' 1 '' 'out of range' set --save="$conf" time_wait=4s guard=7
run_failing '*/time_wait_guard' 22 set --save="$conf" time_wait=4s guard=0
check 'save what the kernel refuses' '[ "$rc" = 1 ] && cmp -s "$conf" "$TMP/before" && [ "$(file tcp_closestat/time_wait_ms)" = 60000 ]'
make_proc
run_failing '*/tcp.conf.??????' 28 set --save="$conf" time_wait=4s guard=0
check 'save without room' '[[ $rc = 1 && $err =~ "No space left" ]] && cmp -s "$conf" "$TMP/before" && [ "$(file tcp_closestat/time_wait_ms)" = 60000 ]'
expect_run 'save where there is no directory' 1 '' 'cannot write /nowhere/x.conf' set --save=/nowhere/x.conf time_wait=5s
check 'failed saves leave nothing' '[ "$(cd "$TMP" && ls tcp.conf*)" = tcp.conf ] && [ "$(file tcp_closestat/time_wait_ms)" = 60000 ]'
expect_run 'save in a pipe' 1 '' "cannot write $TMP/fifo: not a regular file" set --save="$TMP/fifo" time_wait=5s
check 'the pipe stays, and the setting' '[ -p "$TMP/fifo" ] && [ "$(file tcp_closestat/time_wait_ms)" = 60000 ]'
expect_run 'save with -N' 2 '' 'do not go together' set --save -N $$ time_wait=5s

# The kernel refuses: what is said, and what was written before is put back.
while IFS='|' read -r errno message; do
	make_proc
	run_failing '*/tcp_fin_timeout' "$errno" set time_wait=1s guard=off tcp_fin_timeout=5
	check "write fails with errno $errno" '[[ $rc = 1 && $err =~ $message ]] &&
		[ "$(file tcp_closestat/time_wait_ms) $(file tcp_closestat/time_wait_guard)" = "60000 1" ]'
done <<-END
	1|not permitted: writing tcp_fin_timeout needs CAP_NET_ADMIN
	13|not permitted: writing tcp_fin_timeout needs CAP_NET_ADMIN
	22|tcp_fin_timeout: the kernel refused '5'
	30|mounted read-only
	95|tcp_fin_timeout cannot be changed on this kernel: see 'dmesg
	5|cannot write tcp_fin_timeout: Input/output error
END
make_proc
rm -r "$PROC_ROOT/sys/net/tcp_closestat"
expect_run 'set without the module' 1 '' 'not loaded: modprobe tcp_closestat' set time_wait=1s

# purge
make_proc
run purge
check 'purge' '[ "$rc$out$err" = 0 ] && [ "$(file tcp_closestat/time_wait_purge)" = 1 ]'
rm -r "$PROC_ROOT/sys/net/tcp_closestat"
expect_run 'purge without the module' 1 '' 'not loaded: modprobe tcp_closestat' purge

# monitor
if [[ $("$CLOSESTAT" monitor --help) =~ libtracefs ]]; then
	expect_run 'monitor without libtracefs' 1 '' 'built without libtracefs' monitor
else
	expect_run 'monitor with an unknown filter' 2 '' "no filter 'x=1'" monitor x=1
	expect_run 'monitor of an unknown kind' 2 '' "'kind=nosuch' does not.*: active_fin passive_fin .* rst_sent.Try" monitor kind=nosuch
	expect_run 'monitor of an unknown cause' 2 '' "'cause=nosuch' does not.*: unread_data .* other.Try" monitor --cause nosuch
	for name in port sport dport addr saddr daddr peer; do
		expect_run "monitor --$name" 2 '' "'$name=x' does not have a value of its kind: a" monitor --$name x
	done
	# All of them are right but the last.
	expect_run 'monitor with each word' 2 '' "'port=x' does not" monitor --program x --kind rst_sent --kind ended_active_fin --cause rst_sent_linger port=x
	expect_run 'monitor with a wrong port' 2 '' "'port=x' does not have a value of its kind" monitor port=x
fi

finish
