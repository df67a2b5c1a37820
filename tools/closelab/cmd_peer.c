// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
"Usage: closelab peer server N [ADDRESS] PORT\n"
"       closelab peer client N ADDRESS PORT [SOURCE-PORT]\n"
"\n"
"Is one of the two peers of a connection, with a behaviour of \"closelab list\",\n"
"and prints what it does: time, own port > other port, operation, result.\n"
"A server serves until it is interrupted; without ADDRESS it listens on all IPv4\n"
"addresses, \"::\" is all of both families. A client without SOURCE-PORT lets the\n"
"kernel choose.\n";

static int port(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text < '0' || *text > '9' || *end || n > 65535 ? -1 : n;
}

static int set_address(union addr *addr, const char *text, int number)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, &addr->in.sin_addr) == 1) {
		addr->in.sin_family = AF_INET;
		addr->in.sin_port = htons(number);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &addr->in6.sin6_addr) != 1)
		return -1;
	addr->in6.sin6_family = AF_INET6;
	addr->in6.sin6_port = htons(number);
	return 0;
}

static int run(int server, const char *behaviour, const char *address,
	       const char *port_text, const char *source)
{
	struct peer_config config = { .scale = 1, .control = -1 };
	int number = port(behaviour);
	const struct behaviour *b = server ? server_behaviour(number) :
					     client_behaviour(number);
	int to = port(port_text), from = source ? port(source) : 0;

	if (!b)
		return cmd_bad("peer", "no such behaviour: %s", behaviour);
	if (to <= 0)
		return cmd_bad("peer", "not a port: %s", port_text);
	if (from < 0)
		return cmd_bad("peer", "not a port: %s", source);
	if (set_address(&config.server[0], address, to))
		return cmd_bad("peer", "not an address: %s", address);
	config.server[1] = config.server[0];
	config.source_port = from;
	config.serves = server;
	config.main = b->main;
	config.conn = b->conn;
	return peer_run(&config);
}

int cmd_peer(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		fputs(usage, stdout);
		return EXIT_OK;
	}
	if (argc >= 4 && argc <= 5 && !strcmp(argv[1], "server"))
		return run(1, argv[2], argc == 5 ? argv[3] : "0.0.0.0",
			   argv[argc - 1], NULL);
	if (argc >= 5 && argc <= 6 && !strcmp(argv[1], "client"))
		return run(0, argv[2], argv[3], argv[4],
			   argc == 6 ? argv[5] : NULL);
	fputs(usage, stderr);
	return EXIT_USAGE;
}
