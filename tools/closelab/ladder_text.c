// SPDX-License-Identifier: GPL-2.0
#include "ladder.h"

#include <string.h>

/* Columns of the text beside a line, and of what is between the lines. */
#define CELL 21
#define ZONE 44

struct ink {
	const struct draw_options *options;
	FILE *out;
	const char *dash, *bar, *left, *right, *cross, *dot;
};

static const char *colour_of(int state)
{
	switch (state) {
	case ST_TIME_WAIT:
		return "\033[1;33m";
	case ST_CLOSE:
		return "\033[1;30m";
	case ST_ESTABLISHED:
		return "\033[1;32m";
	}
	return "\033[1;36m";
}

static void paint(const struct ink *ink, const char *colour, const char *text)
{
	if (ink->options->colour && *text)
		fprintf(ink->out, "%s%s\033[0m", colour, text);
	else
		fputs(text, ink->out);
}

static void spaces(const struct ink *ink, int n)
{
	fprintf(ink->out, "%*s", n > 0 ? n : 0, "");
}

static void repeat(const struct ink *ink, const char *text, int n)
{
	while (n-- > 0)
		fputs(text, ink->out);
}

/* The text beside the line of a side: a state, or what an application did. */
static const char *cell_text(const struct row *row, int side)
{
	if (row->kind == ROW_CALL || row->kind == ROW_NOTE)
		return row->side == side ? row->text : "";
	return row->state[side] ? tcp_state_name(row->state[side]) : "";
}

static void cell(const struct ink *ink, const struct row *row, int side)
{
	const char *text = cell_text(row, side);
	int pad = CELL - (int)strlen(text);

	if (side == A)
		spaces(ink, pad);
	else
		fputc(' ', ink->out);
	paint(ink, row->kind == ROW_CALL ? "\033[35m" :
	      row->kind == ROW_NOTE ? "\033[33m" :
	      colour_of(row->state[side]), text);
	if (side == A)
		fputc(' ', ink->out);
}

/* An arrow from the sender's line to the receiver's, or a part of it. */
static void arrow(const struct ink *ink, const struct row *row)
{
	bool to_right = row->side == A;
	bool head = row->kind != ROW_SENT && row->kind != ROW_LOST;
	bool tail = row->kind != ROW_ARRIVED && row->kind != ROW_REPLAYED;
	const char *tip = head ? (to_right ? ink->right : ink->left) :
			  row->kind == ROW_LOST ? ink->cross : ink->dot;
	const char *end = tail ? ink->dash : ink->dot;
	char label[80];
	int rest, before;

	snprintf(label, sizeof(label), " %s%s ", row->text,
		 row->kind == ROW_LOST ? " lost" :
		 row->kind == ROW_REPLAYED ? " replayed" : "");
	rest = ZONE - 2 - (int)strlen(label);
	before = rest / 2;
	fputs(to_right ? end : tip, ink->out);
	repeat(ink, ink->dash, before);
	paint(ink, row->flags & SEG_RST ? "\033[1;31m" :
	      row->flags & SEG_FIN ? "\033[1;34m" : "\033[0m", label);
	repeat(ink, ink->dash, rest - before);
	fputs(to_right ? tip : end, ink->out);
}

static void line(const struct ink *ink, const struct row *row)
{
	if (ink->options->times)
		fprintf(ink->out, "%11.3f ", (double)row->at / 1000000);
	cell(ink, row, A);
	fputs(ink->bar, ink->out);
	if (row->kind == ROW_CALL || row->kind == ROW_NOTE)
		spaces(ink, ZONE);
	else
		arrow(ink, row);
	fputs(ink->bar, ink->out);
	if (*cell_text(row, B))
		cell(ink, row, B);
	fputc('\n', ink->out);
}

/* Whether a connection is drawn as another one is, but for the times. */
static bool alike(const struct ladder *x, const struct ladder *y)
{
	if (x->leg != y->leg || x->rows != y->rows || x->port[A] != y->port[A] ||
	    (x->port[B] != y->port[B] && !(x->chosen && y->chosen)))
		return false;
	for (size_t i = 0; i < x->rows; i++) {
		const struct row *a = &x->row[i], *b = &y->row[i];

		if (a->kind != b->kind || a->side != b->side ||
		    a->state[A] != b->state[A] || a->state[B] != b->state[B] ||
		    strcmp(a->text, b->text))
			return false;
	}
	return true;
}

static void head(const struct ink *ink, const struct ladder *ladder,
		 size_t first, size_t last, size_t count)
{
	char end[2][64];

	for (int side = 0; side < 2; side++)
		snprintf(end[side], sizeof(end[side]), "%c port %u",
			 'A' + (int)ladder->leg + side, ladder->port[side]);
	if (ladder->chosen && !ink->options->times)
		snprintf(end[B], sizeof(end[B]), "%c any port",
			 'B' + (int)ladder->leg);
	if (last > first)
		fprintf(ink->out, "connections %zu to %zu, each\n", first + 1,
			last + 1);
	else if (count > 1)
		fprintf(ink->out, "connection %zu\n", first + 1);
	if (ink->options->times)
		fprintf(ink->out, "%11s ", "ms");
	fprintf(ink->out, "%*s %*s%s\n", CELL, end[A], ZONE + 3, "", end[B]);
	if (ink->options->times)
		spaces(ink, 12);
	fprintf(ink->out, "%*s ", CELL, tcp_state_name(ladder->first[A]));
	fputs(ink->bar, ink->out);
	spaces(ink, ZONE);
	fprintf(ink->out, "%s %s\n", ink->bar,
		tcp_state_name(ladder->first[B]));
}

void ladder_text(FILE *out, const struct ladder *ladder, size_t count,
		 const struct draw_options *options)
{
	static const struct ink unicode = {
		.dash = "─", .bar = "│", .left = "◀", .right = "▶",
		.cross = "✗", .dot = "·",
	};
	static const struct ink ascii = {
		.dash = "-", .bar = "|", .left = "<", .right = ">",
		.cross = "x", .dot = ".",
	};
	struct ink ink = options->unicode ? unicode : ascii;

	ink.options = options;
	ink.out = out;
	for (size_t i = 0; i < count; i++) {
		size_t last = i;

		/* Without times there is nothing to tell them apart by. */
		while (!options->times && last + 1 < count &&
		       alike(&ladder[i], &ladder[last + 1]))
			last++;
		head(&ink, &ladder[i], i, last, count);
		for (size_t j = 0; j < ladder[i].rows; j++)
			line(&ink, &ladder[i].row[j]);
		fputc('\n', out);
		i = last;
	}
}
