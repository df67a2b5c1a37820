# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2154 # names without blanks; $tmp is that of lib/closestat.sh
# Shared by the tests that rebuild public reports, on top of lib/closestat.sh: two namespaces,
# programs in them that end with the next pair, and doctor.
command -v python3 >/dev/null || skip_all "needs python3"

a=reports-a-$$ b=reports-b-$$ c=reports-c-$$
tracked=
# The programs in the namespaces, too: a job of ours may have a child there that would outlive it.
end_programs() {
	local pids

	pids=$(jobs -p; ip netns pids $a; ip netns pids $b; ip netns pids $c)
	[ "$pids" ] || return 0
	kill $pids
	wait
	until_true have_ended $pids
} 2>/dev/null
have_ended() {
	! kill -0 "$@"
}
# Orphans that nobody answers would keep their namespace for minutes, and count for the next test.
del_netns() {
	local ns

	grep -q 'orphan 0' /proc/net/sockstat || for ns in $a $b $c; do
		ip netns exec $ns ss -K state connected >/dev/null
	done
	ip -force -batch - <<<"netns del $a
		netns del $b
		netns del $c"
} 2>/dev/null
# The last of what such a test cleans up.
reports_clean_up() {
	end_programs
	del_netns
	[ ! "$tracked" ] || sysctl -qw net.netfilter.nf_conntrack_max="$tracked"
	closestat_clean_up
} 2>/dev/null
trap reports_clean_up EXIT
trap 'exit 143' INT TERM

# in_netns NS COMMAND... - run it there, by nsenter(1): "ip netns exec" mounts /sys anew each time
in_netns() {
	nsenter --net="/run/netns/$1" "${@:2}"
}

# rfc1337 NS 0|1 - whether a TIME_WAIT ignores RSTs
rfc1337() {
	in_netns "$1" sysctl -qw net.ipv4.tcp_rfc1337="$2"
}

# pair - two fresh namespaces, 10.6.0.1 and fd06::1 in $a, 10.6.0.2 and fd06::2 in $b. No RST ends a
# TIME_WAIT: a machine that stands still for a retransmission timeout sends a FIN twice, and the
# answer of a TIME_WAIT to the second meets nobody any more (RFC 1337). One ip(8) a namespace:
# an emulated machine takes long to start a program.
pair() {
	end_programs
	del_netns
	ip -batch - <<<"netns add $a
		netns add $b
		link add v netns $a type veth peer name v netns $b" &&
		pair_side $a 1 && pair_side $b 2
}

# pair_side NS N
pair_side() {
	ip -n $1 -batch - <<<"addr add 10.6.0.$2/24 dev v
		addr add fd06::$2/64 dev v nodad
		link set v up
		link set lo up" && rfc1337 $1 1
}

# third - $c with 10.7.0.2, behind $b, which has 10.7.0.1 there and forwards
third() {
	ip -batch - <<<"netns add $c
		link add w netns $b type veth peer name v netns $c" &&
		ip -n $b -batch - <<<"addr add 10.7.0.1/24 dev w
			link set w up" &&
		ip -n $c -batch - <<<"addr add 10.7.0.2/24 dev v
			link set v up
			route add default via 10.7.0.1" &&
		ip -n $a route add default via 10.6.0.2 &&
		in_netns $b sysctl -qw net.ipv4.ip_forward=1
}

# track NS MAX - connection tracking there, with a table of so many entries on all of this host
track() {
	in_netns $1 nft 'add table ip t; add chain ip t c { type filter hook output priority 0; }
		add rule ip t c ct state new accept' && tracked=$(sysctl -n net.netfilter.nf_conntrack_max) &&
		sysctl -qw net.netfilter.nf_conntrack_max="$2"
}

# py NS TEXT - run Python there, with socket and time imported; begin() has N connects under way,
# send_ack() sends an ACK that no socket knows of: the numbers are what it says
py() {
	in_netns "$1" python3 -c "import os, socket, struct, time
C = lambda a: socket.create_connection(a)
def begin(a, n):
    k = [socket.socket() for i in range(n)]
    for s in k: s.setblocking(False); s.connect_ex(a)
    return k
def L(a, n=200):
    l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); l.bind(a); l.listen(n); return l
def send_ack(src, dst, number, options=b''):
    def tcp(check): return struct.pack('!HHIIBBHHH', src[1], dst[1], number, number, 5 + len(options) // 4 << 4, 16, 100, check, 0) + options
    all = socket.inet_aton(src[0]) + socket.inet_aton(dst[0]) + struct.pack('!HH', 6, len(tcp(0))) + tcp(0)
    n = sum(struct.unpack('!%dH' % (len(all) // 2), all))
    while n >> 16: n = (n >> 16) + (n & 0xffff)
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP).sendto(tcp(~n & 0xffff), (dst[0], 0))
def ready(): open('$tmp/ready', 'w').write('x')
def go(): open('$tmp/go', 'w').write('x')
def until_go():
    while not os.path.exists('$tmp/go'): time.sleep(.05)
    os.remove('$tmp/go')
$2"
}

# program NS TEXT - the same beside us, which is ready when it says so
program() {
	rm -f "$tmp/ready" "$tmp/go"
	py "$@" &
	until_true test -e "$tmp/ready"
}

# closing_server ADDRESS - on port 80 in $b: it closes when the client has, or has sent something
closing_server() {
	program $b "
l = L(('$1', 80)); ready()
while True:
    c, _ = l.accept(); c.recv(1); c.close()"
}

# holds PORT - a server in $b that keeps what comes
holds() {
	program $b "
l = L(('10.6.0.2', $1)); ready(); k = []
while True: k.append(l.accept())"
}

# few_ports NS RANGE - its connections have no other ports
few_ports() {
	in_netns "$1" sysctl -qw net.ipv4.ip_local_port_range="$2"
}

# drop NS HOOK WORDS - packets that match are lost there
drop() {
	in_netns "$1" nft "add table ip t; add chain ip t c { type filter hook $2 priority 0; }
		add rule ip t c $3 drop"
}

# listens NS PORT - whether something listens there
listens() {
	in_netns $1 ss -Hltn | grep -q ":$2 "
}

# web NS PORT TEXT - nginx with a server that TEXT says more of
web() {
	local d=$tmp/nginx-$2

	mkdir -p $d/www && echo hello >$d/www/index.html && chmod -R a+rX "$tmp" || return
	cat >$d/conf <<-END
		daemon off; pid $d/pid; error_log $d/err; worker_processes 1; events {}
		http { access_log off; keepalive_requests 1000000; server { root $d/www; $3 } }
	END
	in_netns $1 nginx -c $d/conf &
	until_true listens $1 $2
}

# shut_window_of N ROW LEAST - so many connections of a server in $b, whose clients in $a do not read,
# are closed; until ROW there is LEAST or more
shut_window_of() {
	program $b "
l = L(('0.0.0.0', 9000)); ready()
for i in range($1):
    c, _ = l.accept(); c.setblocking(False)
    try:
        while True: c.send(b'x' * 65536)
    except OSError: pass
    c.close()
time.sleep(100)" && program $a "
k = []
for i in range($1):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096); s.connect(('10.6.0.2', 9000)); k.append(s)
ready(); time.sleep(100)" || return
	until_true has $b $2 $3
}

# has NS ROW LEAST - whether a count of the module is so much or more there
has() {
	[ "$(in_netns "$1" sed -n "s/^$2 //p" /proc/net/tcp_closestat)" -ge "$3" ]
}

# doctor NS [SECONDS] - what doctor says, in $tmp/out, and its exit status in rc
doctor() {
	rc=0
	closestat doctor -N "$1" -d "${2:-1}" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
}

# doctor_while NS COMMAND... - the same while COMMAND runs, however long that takes
doctor_while() {
	local ns=$1 doctor
	shift
	closestat doctor -N "$ns" -d 300 >"$tmp/out" 2>"$tmp/err" </dev/null &
	doctor=$!
	until_true is_watching $doctor
	"$@"
	kill $doctor
	rc=0
	wait $doctor || rc=$?
}

# says STATUS PATTERN... - the last doctor ended so, and a line of it has each
says() {
	[ $rc -eq "$1" ] || { echo "exit status $rc, not $1" && return 1; }
	shift
	for pattern; do
		grep -qE -- "$pattern" "$tmp/out" || { echo "not said: $pattern" && return 1; }
	done
}
