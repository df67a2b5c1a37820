// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "doc.h"

/* The sockets that are left, in words. */
static void left(FILE *out, const struct lab *lab)
{
	char text[128];

	for (int side = 0; side < 2; side++) {
		lab_states(lab, side, text, sizeof(text));
		fprintf(out, "%s %c has %s", side ? "," : "At the end",
			'A' + side, *text ? text : "nothing");
	}
	fputs(".\n\n", out);
}

static void counters(FILE *out, const struct change *changes)
{
	for (int side = 0; side < 2; side++) {
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

void doc_section(FILE *out, const struct lab *lab, const struct ladder *ladder,
		 size_t count)
{
	static const struct draw_options plain = { .unicode = true };
	const struct scenario *s = lab->scenario;

	fprintf(out, "### %s\n\n*%s*\n\n%s\n\n", s->name, s->title,
		s->lesson);
	if (s->segments) {
		fputs("```\n", out);
		ladder_text(out, ladder, count, &plain);
		fputs("```\n\n", out);
		left(out, lab);
	}
	if (s->changes) {
		fputs("Counters that change:\n\n", out);
		counters(out, s->changes);
	}
}
