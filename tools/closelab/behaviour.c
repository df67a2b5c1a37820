// SPDX-License-Identifier: GPL-2.0
#include "behaviour.h"

#include "lib/util.h"

#define OPS(...) ((const struct op[]){ __VA_ARGS__, { OP_END, 0, 0 } })

/* SO_REUSEADDR as every real server: a lab runs more than once on a port. */
#define SERVE OPS({ OP_SOCKET }, { OP_REUSEADDR }, { OP_BIND }, \
		  { OP_LISTEN }, { OP_ACCEPT })

#define SECONDS(n) ((n) * 1000000)

static const struct behaviour servers[] = {
	{ 0, "closes right after accept", SERVE, OPS({ OP_CLOSE }) },
	{ 1, "sends a short message, closes", SERVE,
	  OPS({ OP_SEND, 3 }, { OP_CLOSE }) },
	{ 2, "sends a short message, closes after 5 s", SERVE,
	  OPS({ OP_SEND, 3 }, { OP_DELAY, SECONDS(5) }, { OP_CLOSE }) },
	{ 3, "sends nothing, closes when the peer closes", SERVE,
	  OPS({ OP_READ_EOF }, { OP_CLOSE }) },
	{ 4, "sends nothing, never closes", SERVE, OPS({ OP_HOLD }) },
	{ 5, "sends only after the peer has closed, does not close", SERVE,
	  OPS({ OP_READ_EOF }, { OP_SEND, 3 }, { OP_HOLD }) },
	{ 6, "HTTP: answers, closes when the peer does", SERVE,
	  OPS({ OP_HTTP_READ_REQUEST }, { OP_HTTP_ANSWER }, { OP_READ_EOF },
	      { OP_CLOSE }) },
	{ 7, "HTTP: answers, closes", SERVE,
	  OPS({ OP_HTTP_READ_REQUEST }, { OP_HTTP_ANSWER }, { OP_CLOSE }) },
	{ 8, "HTTP keep-alive: answers, never closes first", SERVE,
	  OPS({ OP_HTTP_READ_REQUEST }, { OP_HTTP_ANSWER, 1 }, { OP_LOOP, 2 },
	      { OP_CLOSE }) },
	{ 9, "HTTP: answers, waits 0.2 ms, closes", SERVE,
	  OPS({ OP_HTTP_READ_REQUEST }, { OP_HTTP_ANSWER }, { OP_DELAY, 200 },
	      { OP_CLOSE }) },
};

static const struct behaviour clients[] = {
	{ 0, "reads, closes when the peer closes; twice from one port",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_READ_EOF },
	      { OP_CLOSE }, { OP_AGAIN, 2 }), NULL },
	{ 1, "closes with the data unread, reads 10 s late",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_WAIT_EVENT },
	      { OP_CLOSE }, { OP_DELAY, SECONDS(10) }, { OP_READ }), NULL },
	{ 2, "shutdown(SHUT_WR) with the data unread, reads 10 s late",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_WAIT_EVENT },
	      { OP_SHUTDOWN }, { OP_DELAY, SECONDS(10) }, { OP_READ_EOF },
	      { OP_HOLD }), NULL },
	{ 4, "shutdown(SHUT_WR), reads 10 s late, then closes",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_WAIT_EVENT },
	      { OP_SHUTDOWN }, { OP_DELAY, SECONDS(10) }, { OP_READ_EOF },
	      { OP_CLOSE }), NULL },
	{ 5, "reads 10 s late, then closes",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_WAIT_EVENT },
	      { OP_DELAY, SECONDS(10) }, { OP_READ }, { OP_CLOSE }), NULL },
	{ 6, "closes right after connect; twice from one port",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_CLOSE },
	      { OP_AGAIN, 2 }), NULL },
	{ 7, "reads once, then closes",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_READ },
	      { OP_CLOSE }), NULL },
	{ 8, "one HTTP request, closes when the peer does",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_HTTP_REQUEST },
	      { OP_HTTP_READ_ANSWER }, { OP_READ_EOF }, { OP_CLOSE }), NULL },
	{ 9, "one HTTP request, closes after the answer",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_HTTP_REQUEST },
	      { OP_HTTP_READ_ANSWER }, { OP_CLOSE }), NULL },
	{ 10, "one HTTP request, keeps the connection",
	  OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_HTTP_REQUEST },
	      { OP_HTTP_READ_ANSWER }, { OP_HOLD }), NULL },
};

const struct behaviour *behaviour_at(int server, size_t index)
{
	if (server)
		return index < ARRAY_SIZE(servers) ?
		       &servers[index] : NULL;
	return index < ARRAY_SIZE(clients) ?
	       &clients[index] : NULL;
}

static const struct behaviour *find(int server, int number)
{
	const struct behaviour *b;

	for (size_t i = 0; (b = behaviour_at(server, i)); i++)
		if (b->number == number)
			return b;
	return NULL;
}

const struct behaviour *server_behaviour(int number)
{
	return find(1, number);
}

const struct behaviour *client_behaviour(int number)
{
	return find(0, number);
}

const char *op_name(enum op_kind kind)
{
	static const char * const names[OP_COUNT] = {
		[OP_END] = "end",
		[OP_SOCKET] = "socket",
		[OP_REUSEADDR] = "SO_REUSEADDR",
		[OP_BIND] = "bind",
		[OP_LISTEN] = "listen",
		[OP_ACCEPT] = "accept",
		[OP_CONNECT] = "connect",
		[OP_SEND] = "send",
		[OP_READ] = "read",
		[OP_READ_EOF] = "read",
		[OP_WAIT_EVENT] = "poll",
		[OP_WAIT_CLOSE] = "poll",
		[OP_DELAY] = "delay",
		[OP_SHUTDOWN] = "shutdown(SHUT_WR)",
		[OP_LINGER] = "SO_LINGER {1, 0}",
		[OP_KEEPALIVE] = "setsockopt(SO_KEEPALIVE)",
		[OP_CLOSE] = "close",
		[OP_HTTP_REQUEST] = "send request",
		[OP_HTTP_READ_REQUEST] = "read request",
		[OP_HTTP_ANSWER] = "send answer",
		[OP_HTTP_READ_ANSWER] = "read answer",
		[OP_AGAIN] = "again",
		[OP_LOOP] = "loop",
		[OP_HOLD] = "hold",
	};

	return kind < OP_COUNT && names[kind] ? names[kind] : "?";
}
