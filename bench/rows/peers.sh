# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Other tools, with each connection that is made and closed.
# shellcheck disable=SC2016 # programs for bpftrace

: "${PEER_ROUNDS:=3}" "${CLOSES:=2000}"

# watching - the peer has its probes in place: it has said so, or it holds events.
watching() {
	grep -q attached /tmp/peer.out ||
		find "/proc/$peer/fd" -lname '*perf_event*' | grep -q .
}

# beside ROW COMMAND... - measure while COMMAND watches
beside() {
	local row=$1 round
	shift

	"$@" >/tmp/peer.out 2>/tmp/peer.err &
	peer=$!
	if ! until_true watching; then
		cat /tmp/peer.err >&2
		return 1
	fi
	settle 10
	for ((round = 0; round < PEER_ROUNDS; round++)); do
		traffic close-loopback "$row" "$CLOSES"
	done
	kill -TERM $peer
	wait $peer || true
	if [ ! -s /tmp/peer.out ]; then
		echo "$row: has seen nothing" >&2
		return 1
	fi
	settle 5
}

bpftrace_row() {
	beside "$1" bpftrace -B line -e "BEGIN { printf(\"attached\\n\"); } $2"
}

for ((round = 0; round < PEER_ROUNDS; round++)); do
	traffic close-loopback none "$CLOSES"
done

bpftrace_row bpftrace-count-per-namespace 'tracepoint:sock:inet_sock_set_state {
	$sk = (struct sock *)args->skaddr;
	@[$sk->__sk_common.skc_net.net->ns.inum, args->newstate] = count(); }'
bpftrace_row bpftrace-durations 'tracepoint:sock:inet_sock_set_state {
	if (@since[args->skaddr]) {
		@us[args->oldstate] = hist((nsecs - @since[args->skaddr]) / 1000); }
	if (args->newstate == 7) { delete(@since[args->skaddr]); }
	else { @since[args->skaddr] = nsecs; } }'
bpftrace_row bpftrace-line-per-event 'tracepoint:sock:inet_sock_set_state {
	printf("%p %d %d %d %d\n", args->skaddr, args->oldstate, args->newstate,
		args->sport, args->dport); }'
if command -v tcpstates-bpfcc >/dev/null; then
	beside bcc-tcpstates tcpstates-bpfcc
fi
