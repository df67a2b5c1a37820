#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317 # check evaluates its condition later
# -N enters real network namespaces; shown by a sysctl that every kernel has in each.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

fin_timeout() {
	run get -j "$@" tcp_fin_timeout
	jq '.knobs[0].current' <<<"$out"
}

if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
	skip 'network namespaces' 'needs root'
	ktap_end
fi

# "This one" is a new namespace too: a tool gone wrong must not set the machine's own.
if [ "${1:-}" != inside ]; then
	trap - EXIT
	rm -rf "$TMP"
	exec unshare -n "$0" inside
fi

# Lives until its input ends; the line tells its process id once it is in its namespace.
coproc holder { unshare -n sh -c 'echo $$; exec cat'; }
on_exit 'exec {holder[1]}>&-'
read -r holder_pid <&"${holder[0]}"

run get -j tcp_fin_timeout
before=$(jq '.knobs[0].current' <<<"$out")
run set -N "$holder_pid" tcp_fin_timeout=17
check 'set in the namespace of a process' '[ "$rc$err" = 0 ] && [ "$(fin_timeout -N "$holder_pid")" = 17 ]'
check 'not in this one' '[ "$(fin_timeout)" = "$before" ]'
check 'by path' '[ "$(fin_timeout -N "/proc/$holder_pid/ns/net")" = 17 ]'
expect '-N before the command' 0 'tcp_fin_timeout +17' '' -N "$holder_pid" get tcp_fin_timeout
expect 'another kind of namespace' 1 '' 'is not a network namespace' get -N "/proc/$holder_pid/ns/uts"
expect 'a file that is no namespace' 1 '' 'is not a network namespace' get -N /dev/null
expect 'no such path' 1 '' 'no such network namespace: /nowhere/ns' get -N /nowhere/ns
expect 'no such process' 1 '' "in /run/netns or as a process id" get -N 4194305
expect 'an empty name' 1 '' "no such network namespace" get -N ''
expect 'a name that is a directory' 1 '' "no such network namespace" get -N ..

name=closestat-test-$$
if command -v ip >/dev/null && ip netns add "$name"; then
	on_exit "ip netns del $name"
	run set -N "$name" tcp_fin_timeout=23
	check 'by name' '[ "$rc$err" = 0 ] && [ "$(fin_timeout -N "$name")" = 23 ]'
	inode=$(stat -Lc %i "/run/netns/$name") holder_inode=$(stat -Lc %i "/proc/$holder_pid/ns/net")
	# The rest of the made-up /proc is the machine's own: there are the processes.
	mkdir "$TMP/proc"
	ln -s /proc/* "$TMP/proc/"
	rm -f "$TMP/proc/thread-self" "$TMP/proc/tcp_closestat_all"
	mkdir -p "$TMP/proc/thread-self/net"
	ln -s /proc/self/ns "$TMP/proc/thread-self/"
	: >"$TMP/proc/thread-self/net/tcp_closestat_hist"
	for id in "$inode" "$holder_inode" 5 dead; do
		printf 'netns %s\nversion 1\nended 3\nended_other 3\n\n' "$id"
	done >"$TMP/proc/tcp_closestat_all"
	PROC_ROOT=$TMP/proc run -Aj
	check 'names of namespaces' '[ "$(jq -r ".counters[] | select(.name == \"ended\").netns" <<<"$out" | xargs)" = "$name cat/$holder_pid - dead" ]'
	PROC_ROOT=$TMP/proc run export -A
	check 'names of namespaces as labels' '[ "$(sed -n "s/^tcp_closestat_ended_total//p" <<<"$out" | sed "s/,how=.other.//" | xargs -d "\n")" = "{netns=\"$inode\",netns_name=\"$name\"} 3 {netns=\"$holder_inode\"} 3 {netns=\"5\"} 3 {netns=\"dead\"} 3" ]'
	if command -v setpriv >/dev/null; then
		setpriv --reuid 65534 --clear-groups "$CLOSESTAT" get -N "$name" >"$TMP/out" 2>"$TMP/err"
		rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
		check 'not permitted to enter' '[[ $rc = 1 && $err =~ "not permitted: entering namespace" ]]'
		setpriv --reuid 65534 --clear-groups "$CLOSESTAT" set tcp_fin_timeout=5 >"$TMP/out" 2>"$TMP/err"
		rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
		check 'not permitted to write' '[[ $rc = 1 && $err =~ "not permitted: writing tcp_fin_timeout needs CAP_NET_ADMIN" ]]'
	else
		skip 'not permitted to enter' 'needs setpriv'
		skip 'not permitted to write' 'needs setpriv'
	fi
else
	skip 'by name' 'needs ip netns'
fi

ktap_end
