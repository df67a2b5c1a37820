#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2086,SC2317 # names without blanks; called by "expect"
#
# Public reports of programs that everybody runs: nginx, haproxy, node, curl, nc and the
# requests of Python, each as it is, and doctor's answer.
# shellcheck source=selftests/lib/closestat.sh
. "$(dirname "$0")/lib/closestat.sh"
# shellcheck source=selftests/lib/reports.sh
. "$(dirname "$0")/lib/reports.sh"

# try NAME TEST COMMAND... - a test in a fresh pair that needs COMMANDs
try() {
	local name=$1 test=$2 command

	shift 2
	for command; do
		command -v "$command" >/dev/null || { skip "$name" "$command" && return; }
	done
	pair
	expect "$name" "$test"
}

# counts NS ROW N - a row of the module is N
counts() {
	[ "$(in_netns $1 sed -n "s/^$2 //p" /proc/net/tcp_closestat)" = "$3" ]
}

echo "TAP version 13"

# A connection that node closes stays unacknowledged until the next request is on its way.
keepalive_race() {
	cat >"$tmp/server.js" <<-END
		const s = require('http').createServer((q, r) => r.end('ok'));
		s.keepAliveTimeout = 600; s.listen(3000, '10.6.0.2');
	END
	in_netns $b node "$tmp/server.js" &
	until_true listens $b 3000 || return
	program $a "
R = b'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
def ask():
    s = C(('10.6.0.2', 3000)); s.sendall(R); s.recv(1000); return s
for i in range(20): ask().close()
import subprocess
k = [ask(), ask()]
subprocess.run(['nft', 'add table ip t; add chain ip t i { type filter hook input priority 0; }; add rule ip t i tcp sport 3000 tcp flags & fin == fin drop'], check=True)
ready(); until_go()
for s in k:
    s.sendall(R)
    try: s.recv(1)
    except OSError: pass" || return
	both_closed() { [ "$(in_netns $b ss -Htn state fin-wait-1 | wc -l)" -eq 2 ]; }
	until_true both_closed && touch "$tmp/go" && until_true counts $b ended 22 &&
		until_true counts $a ended_rst_received 2 && doctor $b &&
		says 0 'Earlier: 2 of 22 .*the next request came while this side closed an idle connection.*9[.]1 %.*idle for [0-9.]+ m?s before.*2 on port 3000 of node(/[0-9]+)? with 10[.]6[.]0[.]1' \
			"server's keep-alive [(]idle[)] timeout longer than its clients'" &&
		doctor $a && says 0 'Earlier: 2 of 22 .*reset by the peer.*2 with 10[.]6[.]0[.]2:3000'
}
try "a keep-alive race: node" keepalive_race node nft

requests_pool() {
	program $b "
import http.server
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'; timeout = .2
    def do_GET(self): self.send_response(200); self.send_header('Content-Length', '2'); self.end_headers(); self.wfile.write(b'ok')
    def log_message(self, *a): pass
s = http.server.ThreadingHTTPServer(('10.6.0.2', 80), H); ready(); s.serve_forever()" && program $a "
import requests
s = requests.Session(); s.get('http://10.6.0.2/'); ready(); time.sleep(300)" || return
	until_true counts $a close_wait 1 && until_true counts $b fin_wait2 1 && doctor $a 3 &&
		says 1 '^1[.] 1 socket stays in CLOSE_WAIT, held by python3.* to port 80 with 10[.]6[.]0[.]2:80: it stays for [0-9.]+ s, and no more came' "client's pool" &&
		doctor $b 3 && says 1 '1 socket stays in FIN_WAIT2, an orphan .*on port 80 with 10[.]6[.]0[.]1'
}
if python3 -c "import requests" 2>/dev/null; then
	try "an idle connection of a pool: requests" requests_pool
else
	skip "an idle connection of a pool: requests" "needs python3-requests"
fi

# The close_notify is on its way when nginx has long closed.
tls_close() {
	in_netns $a tc qdisc add dev v root netem delay 100ms &&
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/key" \
			-out "$tmp/cert" -days 2 -subj /CN=x 2>/dev/null &&
		web $b 443 "listen 10.6.0.2:443 ssl; listen [fd06::2]:443 ssl; ssl_certificate $tmp/cert; ssl_certificate_key $tmp/key;" ||
		return
	fetches() {
		local at
		for at in 10.6.0.2 10.6.0.2 10.6.0.2 '[fd06::2]' '[fd06::2]'; do
			ip netns exec $a curl -skg -o /dev/null -H 'Connection: close' https://$at/ || return
		done
		until_true counts $b ended_rst_sent $1 && until_true counts $a ended_rst_received $1
	}
	doctor_while $b fetches 5
	says 0 'Nothing found' 'Harmless: 5 of 5 .*as a TLS close_notify does: 3 on port 443 of nginx with 10[.]6[.]0[.]1, 2 on port 443 of nginx with fd06::1' \
		'Nothing was lost' 'nginx: lingering_close always' || return
	doctor_while $a fetches 10
	says 0 'Nothing found' 'Harmless: 5 of 5 .* reset by the peer after both sides had closed, .*a TLS close_notify.*: 3 with 10[.]6[.]0[.]2:443 of curl'
}
try "a RST at the end of each TLS connection: nginx, curl" tls_close nginx openssl curl tc

# Its upstream answers when nginx has taken the half-close for the end.
half_close() {
	web $b 80 "listen 10.6.0.2:80; location / { proxy_pass http://127.0.0.1:9000; }" && program $b "
l = L(('127.0.0.1', 9000)); ready()
while True:
    c, _ = l.accept()
    while c.recv(1000): pass
    c.sendall(b'HTTP/1.0 200 OK\r\n\r\nanswer'); c.close()" || return
	for ((i = 0; i < 3; i++)); do
		printf 'GET / HTTP/1.0\r\nHost: x\r\n\r\n' | ip netns exec $a nc -N 10.6.0.2 80 >>"$tmp/got"
	done
	until_true counts $b ended 9 && [ ! -s "$tmp/got" ] && doctor $b &&
		says 0 'Earlier: 3 connections were closed without one byte of answer.*3 on port 80 of nginx(/[0-9]+)? with 10[.]6[.]0[.]1.*499.*proxy_ignore_client_abort on' \
			'Earlier: 3 of 9 .*reset because the peer sent data after close[(][)].*3 with 127[.]0[.]0[.]1:9000'
}
try "a half-closed request: nginx, nc" half_close nginx nc

upstream() {
	few_ports $a '40000 40099'
	web $b 8081 "listen 10.6.0.2:8081;" &&
		web $a 80 "listen 127.0.0.1:80; location / { proxy_pass http://10.6.0.2:8081; proxy_http_version 1.1; proxy_set_header Connection ''; }" || return
	doctor_while $a ip netns exec $a ab -q -k -n 150 -c 2 http://127.0.0.1/
	says 1 'TIME_WAIT of 60 s holds 100 of the 100 usable ports for connections to 10[.]6[.]0[.]2:8081 by nginx.* (4|5)[0-9] connects failed with EADDRNOTAVAIL' \
		'nginx: keepalive in the upstream' "Try: closestat set -N $a tcp_tw_reuse=1"
}
try "ports of a proxy: nginx, ab" upstream nginx ab

# haproxy looks whether its server lives, and resets what it has seen enough of.
checks() {
	program $b "
l = L(('10.6.0.2', 80)); ready()
while True: l.accept()[0].recv(1)" || return
	cat >"$tmp/haproxy.cfg" <<-END
		defaults
		 mode tcp
		 timeout connect 5s
		 timeout client 5s
		 timeout server 5s
		listen l
		 bind 127.0.0.1:80
		 server s 10.6.0.2:80 check inter 100ms
	END
	ip netns exec $a haproxy -q -f "$tmp/haproxy.cfg" &
	reset() { [ "$(in_netns $a sed -n 's/^rst_sent_linger //p' /proc/net/tcp_closestat)" -ge 5 ]; }
	doctor_while $a until_true reset
	says 0 'Nothing found' 'Harmless: .*SO_LINGER with a time of 0: [0-9]+ with 10[.]6[.]0[.]2:80 of haproxy' 'health checks'
}
try "health checks: haproxy" checks haproxy

# Busy and well; HEALTHY_SECONDS for longer than a moment, by hand.
healthy() {
	cat >"$tmp/haproxy.cfg" <<-END
		defaults
		 mode http
		 timeout connect 5s
		 timeout client 60s
		 timeout server 60s
		listen l
		 bind 10.6.0.2:8080
		 server s 10.6.0.2:80
	END
	web $b 80 "listen 10.6.0.2:80;" || return
	ip netns exec $b haproxy -q -f "$tmp/haproxy.cfg" &
	until_true listens $b 8080 || return
	ip netns exec $a wrk -t 1 -c 10 -d 600s http://10.6.0.2:80/ >/dev/null &
	ip netns exec $a wrk -t 1 -c 10 -d 600s http://10.6.0.2:8080/ >/dev/null &
	connected() { [ "$(in_netns $b ss -Htn state established src 10.6.0.2 dport gt 1024 | wc -l)" -ge 20 ]; }
	until_true connected && doctor $b "${HEALTHY_SECONDS:-2}" && nothing_but_that &&
		doctor $a "${HEALTHY_SECONDS:-2}" && nothing_but_that
}
# wrk resets the connection by which it first tries the way: history.
nothing_but_that() {
	says 0 '^Nothing found' && ! grep -vE '^(Nothing found|Earlier: )' "$tmp/out"
}
try "busy and well: nginx, haproxy before it, wrk" healthy nginx haproxy wrk

finish
