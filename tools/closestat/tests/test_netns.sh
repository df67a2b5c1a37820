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
	finish
	exit
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
expect_run '-N before the command' 0 'tcp_fin_timeout +17' '' -N "$holder_pid" get tcp_fin_timeout
expect_run 'another kind of namespace' 1 '' 'is not a network namespace' get -N "/proc/$holder_pid/ns/uts"
expect_run 'a file that is no namespace' 1 '' 'is not a network namespace' get -N /dev/null
expect_run 'no such path' 1 '' 'no such network namespace: /nowhere/ns' get -N /nowhere/ns
expect_run 'no such process' 1 '' "in /run/netns, as a process id or as .closestat -A. names it" get -N 4194305
expect_run 'an empty name' 1 '' "no such network namespace" get -N ''
expect_run 'a name that is a directory' 1 '' "no such network namespace" get -N ..

# As -A calls it. It may not be the first process there.
name=$(cat "/proc/$holder_pid/comm")/$holder_pid
check 'by what it is called' '[ "$(fin_timeout -N "$name")" = 17 ]'

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
	# What the holder belongs to is for the test to say.
	holder_proc=$TMP/proc/$holder_pid
	rm "$holder_proc"
	mkdir "$holder_proc"
	ln -s "/proc/$holder_pid/ns" "/proc/$holder_pid/comm" "$holder_proc/"
	echo '0::/' >"$holder_proc/cgroup"
	export HOST_ROOT=$TMP/host
	mkdir -p "$HOST_ROOT/run"
	ln -s /run/netns "$HOST_ROOT/run/"
	names() { PROC_ROOT=$TMP/proc run -Aj && jq -r ".counters[] | select(.name == \"ended\").netns" <<<"$out" | xargs; }
	check 'names of namespaces' '[ "$(names)" = "$name cat/$holder_pid - dead" ]'
	id=3f4e5d6c7b8a99887766554433221100ffeeddccbbaa00998877665544332211
	echo "0::/system.slice/web.service" >"$holder_proc/cgroup"
	check 'the name of a service' '[ "$(names)" = "$name web.service - dead" ]'
	echo "0::/system.slice/docker-$id.scope" >"$holder_proc/cgroup"
	check 'a container without its files' '[ "$(names)" = "$name docker:3f4e5d6c7b8a - dead" ]'
	names_asked() { PROC_ROOT=$TMP/proc run -Aj --resolve docker && jq -r ".counters[] | select(.name == \"ended\").netns" <<<"$out" | xargs; }
	check 'nor a daemon' '[ "$(names_asked)" = "$name docker:3f4e5d6c7b8a - dead" ]'
	if /usr/bin/python3 -c '' 2>/dev/null; then
		# daemon ANSWER - one that says that, once; what it was asked is in asked
		daemon() {
			rm -f "$HOST_ROOT/run/docker.sock" "$TMP"/{asked,listens}
			/usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
print(flush=True)
c = s.accept()[0]
open(sys.argv[2], "wb").write(c.recv(1000))
c.sendall(sys.argv[3].encode())' "$HOST_ROOT/run/docker.sock" "$TMP/asked" "$1" >"$TMP/listens" &
			daemon=$!
			on_exit "kill $daemon 2>/dev/null"
			until [ -s "$TMP/listens" ]; do sleep 0.05; done
		}
		daemon "$(printf 'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"Id":"%s","Name":"/shop"}' "$id")"
		check 'no daemon is asked unasked' '[ "$(names)" = "$name docker:3f4e5d6c7b8a - dead" ] && [ ! -e "$TMP/asked" ]'
		check 'a daemon that knows it' '[ "$(names_asked)" = "$name docker:shop - dead" ]'
		check 'how it is asked' 'grep -q "^GET /containers/$id/json HTTP/1.0" "$TMP/asked"'
		daemon "$(printf 'HTTP/1.0 404 Not Found\r\n\r\n{"message":"\"Name\":\"/x\""}')"
		check 'a daemon that does not' '[ "$(names_asked)" = "$name docker:3f4e5d6c7b8a - dead" ]'
		wait "$daemon"
	fi
	mkdir -p "$HOST_ROOT/var/lib/docker/containers/$id"
	echo "{\"ID\":\"$id\",\"Name\":\"/web\",\"MountPoints\":{\"/v\":{\"Name\":\"volume\"}}}" \
		>"$HOST_ROOT/var/lib/docker/containers/$id/config.v2.json"
	check 'the name of a container of docker' '[ "$(names)" = "$name docker:web - dead" ]'
	echo "0::/machine.slice/libpod-$id.scope/container" >"$holder_proc/cgroup"
	mkdir -p "$HOST_ROOT/var/lib/containers/storage/overlay-containers"
	echo "[{\"id\":\"$id\",\"names\":[\"db\"],\"image\":\"x\"}]" \
		>"$HOST_ROOT/var/lib/containers/storage/overlay-containers/containers.json"
	check 'the name of a container of podman' '[ "$(names)" = "$name podman:db - dead" ]'
	sed -i 's/"db"/"k8s_POD_web-0_shop_0f1e2d3c_0"/' "$HOST_ROOT/var/lib/containers/storage/overlay-containers/containers.json"
	echo "0::/kubepods.slice/kubepods-pod0f1e2d3c.slice/crio-$id.scope" >"$holder_proc/cgroup"
	check 'the name of a pod of CRI-O' '[ "$(names)" = "$name pod:shop/web-0 - dead" ]'
	echo "0::/kubepods.slice/kubepods-pod0f1e2d3c.slice/cri-containerd-$id.scope" >"$holder_proc/cgroup"
	check 'a pod without its files' '[ "$(names)" = "$name pod:0f1e2d3c - dead" ]'
	config=$HOST_ROOT/run/containerd/io.containerd.runtime.v2.task/k8s.io/$id
	mkdir -p "$config"
	echo '{"annotations":{"io.kubernetes.cri.sandbox-name":"web-1","io.kubernetes.cri.sandbox-namespace":"shop"}}' >"$config/config.json"
	check 'the name of a pod of containerd' '[ "$(names)" = "$name pod:shop/web-1 - dead" ]'
	PROC_ROOT=$TMP/proc run export -A
	check 'names of namespaces as labels' '[ "$(sed -n "s/^tcp_closestat_ended_total//p" <<<"$out" | sed "s/,how=.other.//" | xargs -d "\n")" = "{netns=\"$inode\",netns_name=\"$name\"} 3 {netns=\"$holder_inode\",netns_name=\"pod:shop/web-1\"} 3 {netns=\"5\"} 3 {netns=\"dead\"} 3" ]'
	# The kernel's own counters, readable only from inside a namespace.
	ln -s /proc/thread-self/net/{netstat,snmp} "$TMP/proc/thread-self/net/"
	ip -n "$name" link set lo up
	ip netns exec "$name" sysctl -qw net.ipv4.ip_local_port_range="40000 40099"
	# Refused, by a RST.
	ip netns exec "$name" bash -c ': </dev/tcp/127.0.0.1/1' 2>/dev/null
	# of_each NAME - the inodes of the namespaces that this is exported for, and the values
	of_each() { sed -n "s/^tcp_closestat_$1{netns=\"\([0-9]*\)\".*}/\1/p" "$TMP/out"; }
	own_inode=$(stat -Lc %i /proc/self/ns/net)
	PROC_ROOT=$TMP/proc run export -A
	check 'port ranges of all namespaces' '[ "$rc" = 0 ] && of_each setting_ip_local_port_range_size | grep -qx "$inode 100" && of_each setting_ip_local_port_range_size | grep -qx "$holder_inode 28232"'
	check 'the own one among them, once' '[ "$(of_each setting_ip_local_port_range_size | grep -c "^$own_inode ")" = 1 ]'
	check "the kernel's own counts of all namespaces" 'of_each kernel_out_rsts_total | grep -qx "$inode 1" && of_each kernel_out_rsts_total | grep -qx "$holder_inode 0"'
	check 'the other settings of the own one' '[ "$(of_each setting_tcp_fin_timeout_seconds)" = "$own_inode $before" ]'
	check 'it is said of none that it cannot be entered' '[ -z "$err" ]'
	if command -v promtool >/dev/null; then
		valid=$(promtool check metrics <"$TMP/out" 2>&1)
		check 'promtool accepts it' '[ -z "$valid" ]'
	else
		skip 'promtool accepts it' 'promtool is not installed'
	fi
	echo 'version 1' >"$TMP/proc/thread-self/net/tcp_closestat"
	PROC_ROOT=$TMP/proc run export
	check 'of the own one alone' '[ "$(of_each setting_ip_local_port_range_size | cut -d " " -f 1) $(of_each kernel_out_rsts_total | cut -d " " -f 1)" = "$own_inode $own_inode" ]'
	if command -v setpriv >/dev/null; then
		PROC_ROOT=$TMP/proc setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
			"$CLOSESTAT" export -A >"$TMP/out" 2>"$TMP/err"
		rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
		check 'those that cannot be entered are no error' '[ "$rc" = 0 ] && [ "$(of_each kernel_out_rsts_total | cut -d " " -f 1)" = "$own_inode" ]'
		check 'and it is said once' '[[ $(wc -l <"$TMP/err") = 1 && $err =~ "cannot enter "[1-9][0-9]*" of "[1-9] ]]'
		PROC_ROOT=$TMP/proc setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
			"$CLOSESTAT" export -A -o "$TMP/out" 2>"$TMP/err"
		rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
		check 'but not where it goes to a file each few seconds' '[ "$rc" = 0 ] && [ -n "$out" ] && [ -z "$err" ]'
		# Of all processes it may look at itself alone.
		PROC_ROOT=$TMP/proc bash -c 'ln -s "/proc/$$" "$PROC_ROOT/" && exec "$@"' bash \
			setpriv --bounding-set -sys_admin,-sys_ptrace --inh-caps -sys_admin,-sys_ptrace \
			"$CLOSESTAT" export -A >"$TMP/out" 2>"$TMP/err"
		rc=$? out=$(grep port_range "$TMP/out") err=$(<"$TMP/err")
		check 'the own one is not named after who looks' '[ "$rc" = 0 ] && grep -q "port_range_size{netns=\"$own_inode\"} " "$TMP/out"'
		setpriv --reuid 65534 --clear-groups "$CLOSESTAT" get -N "$name" >"$TMP/out" 2>"$TMP/err"
		rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
		check 'not permitted to enter' '[[ $rc = 1 && $err =~ "not permitted: entering namespace" ]]'
		env -u HOST_ROOT setpriv --reuid 65534 --clear-groups "$CLOSESTAT" doctor -A -d 0 >"$TMP/out" 2>"$TMP/err"
		rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
		check 'a doctor who may enter none finds not nothing' '[[ $rc = 2 && -z $out && $err =~ "no namespace could be looked at" ]]'
		check 'and says once why' '[ "$(grep -c "left out" "$TMP/err")" = 1 ]'
		setpriv --reuid 65534 --clear-groups "$CLOSESTAT" set tcp_fin_timeout=5 >"$TMP/out" 2>"$TMP/err"
		rc=$? out=$(<"$TMP/out") err=$(<"$TMP/err")
		check 'not permitted to write' '[[ $rc = 1 && $err =~ "not permitted: writing tcp_fin_timeout needs CAP_NET_ADMIN" ]]'
	else
		skip 'those that cannot be entered' 'needs setpriv'
		skip 'not permitted to enter' 'needs setpriv'
		skip 'not permitted to write' 'needs setpriv'
	fi
else
	skip 'by name' 'needs ip netns'
fi

finish
