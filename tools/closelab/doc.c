// SPDX-License-Identifier: GPL-2.0
#include "doc.h"

#include "lab_sockets.h"
#include "normalize.h"

#include <string.h>

/* The sockets that are left, in words. */
static void left(FILE *out, const struct lab *lab)
{
	char text[128];

	for (int side = 0; side < lab_sides(lab); side++) {
		lab_states(lab, side, text, sizeof(text));
		fprintf(out, "%s %c has %s", side ? "," : "At the end",
			'A' + side, *text ? text : "nothing");
	}
	fputs(".\n\n", out);
}

static void counters(FILE *out, const struct change *changes)
{
	for (int side = 0; side < SIDES; side++) {
		int first = 1;

		for (const struct change *c = changes; c->name; c++) {
			if ((int)c->side != side)
				continue;
			if (first)
				fprintf(out, "- %c:", 'A' + side);
			fprintf(out, "%s `%s` %+d", first ? "" : ",", c->name,
				c->delta);
			first = 0;
		}
		if (!first)
			fputc('\n', out);
	}
	fputc('\n', out);
}

/* The rows that count the end of a connection on a side. */
static const char *ended(const struct change *changes, int side)
{
	for (const struct change *c = changes; c->name; c++)
		if ((int)c->side == side && !strncmp(c->name, "ended_", 6))
			return c->name;
	return "";
}

static void ends(FILE *out, const struct outcome *outcome)
{
	fputs("From there on it is a race, which ends in one of these ways:\n\n"
	      "| | A goes through | and counts | B goes through | and counts |\n"
	      "| --- | --- | --- | --- | --- |\n", out);
	for (; outcome->text; outcome++)
		fprintf(out, "| %s | %s | `%s` | %s | `%s` |\n", outcome->text,
			outcome->path[A], ended(outcome->changes, A),
			outcome->path[B], ended(outcome->changes, B));
	fputc('\n', out);
}

/* The side that closes first, and how. */
static void closing(FILE *out, const char *const first[LEGS])
{
	static const char *const names[LEGS] = {
		[BACK] = "between proxy and server",
		[FRONT] = "between client and proxy",
	};

	fputs("The first to close:", out);
	for (int leg = FRONT; leg >= BACK; leg--)
		fprintf(out, " %s %s%s%s", names[leg],
			*first[leg] ? "" : "nobody", first[leg],
			leg == BACK ? ".\n\n" : ",");
}

/* The findings, without measured values: those are new in every run. */
static void finding(FILE *out, const char *result)
{
	const char *end = strstr(result, "; measured");

	fprintf(out, "%.*s.\n\n", end ? (int)(end - result) :
		(int)strlen(result), result);
}

void doc_section(FILE *out, const struct lab *lab, struct ladder *ladder,
		 size_t count)
{
	static const struct draw_options plain = { .unicode = true };
	const struct scenario *s = lab->scenario;

	for (size_t i = 0; i < count; i++) {
		if (s->free_running)
			normalize_ladder(&ladder[i]);
		if (s->outcomes)
			normalize_until_close(&ladder[i]);
	}
	fprintf(out, "### %s\n\n*%s*\n\n%s\n\n", s->name, s->title,
		s->lesson);
	if (lab->unwatched)
		fprintf(out, "%s:\n\n", s->proxied ?
			"The first connections" : "One of the connections");
	fputs("```\n", out);
	ladder_text(out, ladder, count, &plain);
	fputs("```\n\n", out);
	if (s->free_running && !s->outcomes)
		fputs("Acknowledgments that come by themselves are left out, and with them FIN_WAIT2:\n"
		      "whether there is one depends on how soon the application answers.\n\n",
		      out);
	if (s->outcomes)
		ends(out, s->outcomes);
	else if (!lab->unwatched)
		left(out, lab);
	if (s->closing[BACK] && s->closing[FRONT])
		closing(out, s->closing);
	if (*lab->result)
		finding(out, lab->result);
	if (s->changes) {
		fputs("Counters that change:\n\n", out);
		counters(out, s->changes);
	}
}
