#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Writes docs/scenarios.md to stdout: the words of scenarios.intro.md, then a
# section for each scenario, made by running it. Needs the module, and a kernel
# with plug queues: selftests/vm/run -- tools/closelab/gen-doc.sh
set -eu
cd "$(dirname "$0")"

# The heading of the family that begins with a scenario.
heading() # NAME
{
	case $1 in
	server-closes-first) echo "Closes in good order" ;;
	close-race) echo "Both at once" ;;
	data-after-close) echo "FIN against RST" ;;
	stops-before-socket) echo "A server that stops short, a close that gets stuck" ;;
	reuseaddr) echo "What TIME_WAIT is for, and how it ends" ;;
	http-1.0) echo "HTTP, and a scan" ;;
	port-exhaustion) echo "Ports" ;;
	haproxy-keep-alive) echo "Proxies" ;;
	server-closes-soon) echo "Who should close first" ;;
	slow-server) echo "A server that is late" ;;
	esac
}

if [ ! -e /proc/net/tcp_closestat ]; then
	insmod "${TCS_KO:-../../tcp_closestat.ko}"
fi
cat scenarios.intro.md
for name in $(./closelab list --names); do
	family=$(heading "$name")
	[ -z "$family" ] || printf '\n## %s\n' "$family"
	echo
	./closelab run "$name" --markdown
done | cat -s
