/* SPDX-License-Identifier: GPL-2.0 */
/* The output of closelab explain. */
#ifndef EXPLAIN_SHOW_H
#define EXPLAIN_SHOW_H

#include <stdio.h>

#include "judge.h"
#include "source.h"

/**
 * struct shown - a connection to print
 * @number: in the capture, from 1
 * @conn: the connection
 * @peer: the same in the other capture, NULL: not there
 * @judgement: on it, with proofs where they are wanted
 */
struct shown {
	size_t number;
	const struct conn *conn;
	const struct conn *peer;
	struct judgement judgement;
};

/**
 * struct report - all that is to be printed
 * @shown: the connections
 * @count: how many
 * @result: what was read
 * @verbose: with proofs
 * @joined: there is another capture
 */
struct report {
	struct shown *shown;
	size_t count;
	const struct read_result *result;
	bool verbose;
	bool joined;
};

/* Room for an address, a port and a VLAN. */
#define END_TEXT 80

/**
 * show_end() - an end as text
 * @conn: the connection
 * @side: the end
 * @text: room for END_TEXT
 *
 * Return: @text.
 */
char *show_end(const struct conn *conn, int side, char *text);

/**
 * show_verdict() - a verdict in a few words
 * @verdict: the verdict
 * @text: where to
 * @size: room there
 *
 * Return: @text.
 */
char *show_verdict(const struct verdict *verdict, char *text, size_t size);

/**
 * show_closing() - how long a connection has been closing
 * @conn: the connection
 *
 * Return: nanoseconds from the first FIN, or the RST that ended an end, to its last
 * segment; -1 where there is neither.
 */
int64_t show_closing(const struct conn *conn);

/**
 * show_list() - a row a connection
 * @report: what to print
 *
 * Return: 0; -1 without memory.
 */
int show_list(const struct report *report);

/**
 * show_proofs() - the verdicts of each connection with their proofs
 * @out: where to
 * @report: what to print
 */
void show_proofs(FILE *out, const struct report *report);

/**
 * show_between() - what two captures of the connections differ in, a line each
 * @out: where to
 * @report: what to print
 */
void show_between(FILE *out, const struct report *report);

/**
 * show_capture() - what the capture does not show, a line each
 * @out: where to
 * @result: what was read
 */
void show_capture(FILE *out, const struct read_result *result);

/**
 * show_json() - everything as JSON
 * @out: where to
 * @report: what to print
 *
 * Return: 0; -1 without memory.
 */
int show_json(FILE *out, const struct report *report);

/**
 * show_summary() - by server and its port, then by client, and how they ended
 * @report: what to print
 *
 * Return: 0; -1 without memory.
 */
int show_summary(const struct report *report);

/**
 * show_ladder() - draw one connection
 * @out: where to, as text; NULL: not
 * @svg: where to, as SVG; NULL: not
 * @shown: the connection, with its segments kept
 *
 * Return: 0; -1 without memory.
 */
int show_ladder(FILE *out, FILE *svg, const struct shown *shown);

#endif
