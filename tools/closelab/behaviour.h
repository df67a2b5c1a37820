/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a peer does with a connection, as data: a behaviour is a list of
 * operations that the interpreter in peer.c runs.
 */
#ifndef CLOSELAB_BEHAVIOUR_H
#define CLOSELAB_BEHAVIOUR_H

#include <stddef.h>

/**
 * enum op_kind - one operation of a peer
 * @OP_END: the task is over; its sockets stay open until the process exits
 * @OP_SOCKET: create the socket of the slot
 * @OP_REUSEADDR: SO_REUSEADDR on
 * @OP_BIND: a server binds its address, a client its source port
 * @OP_LISTEN: listen, with @arg for a backlog of so many
 * @OP_ACCEPT: accept for ever, one task a connection
 * @OP_CONNECT: connect to server address number @arg
 * @OP_SEND: send @arg bytes
 * @OP_READ: wait until something can be read, read it once
 * @OP_READ_EOF: read and discard until the peer closes or an error
 * @OP_WAIT_EVENT: wait for the peer's first move, without reading
 * @OP_WAIT_CLOSE: wait for the peer's FIN or RST, without reading; with @arg for so
 *	many seconds at most, whatever becomes of other delays
 * @OP_DELAY: wait @arg microseconds
 * @OP_SHUTDOWN: shutdown(SHUT_WR)
 * @OP_LINGER: SO_LINGER {1, 0}
 * @OP_KEEPALIVE: keepalive, probing after one second
 * @OP_CLOSE: close
 * @OP_HTTP_REQUEST: send a request, with @arg 1 one that asks to be the last
 * @OP_HTTP_READ_REQUEST: read a whole request; at the end of the file continue
 *	behind the next OP_LOOP
 * @OP_HTTP_ANSWER: send an answer, with @arg 1 one that keeps the connection
 * @OP_HTTP_READ_ANSWER: read a whole answer
 * @OP_AGAIN: from the first operation again until it was done @arg times
 * @OP_LOOP: back by @arg operations, for ever
 * @OP_HOLD: do nothing more, keep the sockets
 */
enum op_kind {
	OP_END,
	OP_SOCKET,
	OP_REUSEADDR,
	OP_BIND,
	OP_LISTEN,
	OP_ACCEPT,
	OP_CONNECT,
	OP_SEND,
	OP_READ,
	OP_READ_EOF,
	OP_WAIT_EVENT,
	OP_WAIT_CLOSE,
	OP_DELAY,
	OP_SHUTDOWN,
	OP_LINGER,
	OP_KEEPALIVE,
	OP_CLOSE,
	OP_HTTP_REQUEST,
	OP_HTTP_READ_REQUEST,
	OP_HTTP_ANSWER,
	OP_HTTP_READ_ANSWER,
	OP_AGAIN,
	OP_LOOP,
	OP_HOLD,
	OP_COUNT
};

/**
 * struct op - an operation with its operand
 * @kind: what to do
 * @arg: see enum op_kind
 * @slot: which of the task's sockets, 0 to TASK_SLOTS - 1
 */
struct op {
	enum op_kind kind;
	int arg;
	int slot;
};

#define TASK_SLOTS 4

/**
 * struct behaviour - what a peer does
 * @number: as given to --server and --client
 * @text: one line for people
 * @main: what the process does
 * @conn: what a server does with each connection; NULL for a client
 */
struct behaviour {
	int number;
	const char *text;
	const struct op *main;
	const struct op *conn;
};

/**
 * server_behaviour() - find a server's behaviour
 * @number: 0 to 9
 *
 * Return: the behaviour, NULL when there is none of that number.
 */
const struct behaviour *server_behaviour(int number);

/**
 * client_behaviour() - find a client's behaviour
 * @number: 0 to 10, without 3
 *
 * Return: the behaviour, NULL when there is none of that number.
 */
const struct behaviour *client_behaviour(int number);

/**
 * behaviour_at() - walk through all behaviours
 * @server: of the server, else of the client
 * @index: 0 and up
 *
 * Return: the behaviour, NULL behind the last.
 */
const struct behaviour *behaviour_at(int server, size_t index);

/**
 * op_name() - the name of an operation, as ladders and messages show it
 * @kind: the operation
 *
 * Return: a constant string, never NULL.
 */
const char *op_name(enum op_kind kind);

#endif
