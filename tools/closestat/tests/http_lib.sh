# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # what the tests read
# Export by HTTP, for tests: a server that starts the tool for each connection, as systemd does.

# serve ARGUMENT... - start it; the port is in $port
serve() {
	local word

	coproc server { exec "$(dirname "$0")/inetd" "$CLOSESTAT" "$@" 2>>"$TMP/server.err"; }
	server_in=${server[1]} server_out=${server[0]}
	read -r word port <&"$server_out" && [ "$word" = port ]
	url=http://127.0.0.1:$port/metrics
}

# ended - wait for a request to be over; the exit code of the tool is in $status, what it took in $ms
ended() {
	local word

	read -r -t 60 word status ms <&"$server_out" && [ "$word" = ended ]
}

# send BYTES... - open a connection, as file descriptor $fd, and send that
send() {
	exec {fd}<>"/dev/tcp/127.0.0.1/$port" && printf '%b' "$*" >&"$fd"
}

# hang_up - close the last connection
hang_up() { exec {fd}>&-; }
