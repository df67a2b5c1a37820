// SPDX-License-Identifier: GPL-2.0
#include "ladder.h"

#include <string.h>

/* Geometry, in pixels */
#define WIDTH 860
#define LINE_A 250
#define LINE_B 610
#define ROW_HEIGHT 26
#define HEAD 64
#define SLOPE 10

static void text(FILE *out, int x, int y, const char *anchor,
		 const char *class, const char *s)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">",
		x, y, anchor, class);
	for (; *s; s++) {
		if (*s == '&')
			fputs("&amp;", out);
		else if (*s == '<')
			fputs("&lt;", out);
		else if (*s == '>')
			fputs("&gt;", out);
		else
			fputc(*s, out);
	}
	fputs("</text>\n", out);
}

static const char *class_of(const struct row *row)
{
	if (row->flags & SEG_RST)
		return "rst";
	return row->flags & SEG_FIN ? "fin" : "seg";
}

static void arrow(FILE *out, const struct row *row, int y)
{
	int from = row->side == A ? LINE_A : LINE_B;
	int to = row->side == A ? LINE_B : LINE_A;
	int middle = (LINE_A + LINE_B) / 2;
	bool head = row->kind != ROW_SENT && row->kind != ROW_LOST;
	char label[80];

	if (row->kind == ROW_SENT || row->kind == ROW_LOST)
		to = middle + (row->side == A ? 60 : -60);
	if (row->kind == ROW_ARRIVED || row->kind == ROW_REPLAYED)
		from = middle - (row->side == A ? 60 : -60);
	fprintf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\"%s/>\n",
		from, y - SLOPE / 2, to, y + SLOPE / 2, class_of(row),
		head ? " marker-end=\"url(#tip)\"" : "");
	if (row->kind == ROW_LOST)
		text(out, to, y + 9, "middle", "rst", "×");
	snprintf(label, sizeof(label), "%s%s", row->text,
		 row->kind == ROW_LOST ? " lost" :
		 row->kind == ROW_REPLAYED ? " replayed" : "");
	text(out, middle, y - 6, "middle", "label", label);
}

static void sides(FILE *out, const struct row *row, int y)
{
	char time[32];

	snprintf(time, sizeof(time), "%.3f ms", (double)row->at / 1000000);
	text(out, 8, y + 4, "start", "time", time);
	if (row->kind == ROW_CALL || row->kind == ROW_NOTE) {
		text(out, row->side == A ? LINE_A - 10 : LINE_B + 10, y + 4,
		     row->side == A ? "end" : "start",
		     row->kind == ROW_CALL ? "call" : "note", row->text);
		return;
	}
	for (int side = 0; side < 2; side++)
		if (row->state[side])
			text(out, side == A ? LINE_A - 10 : LINE_B + 10, y + 4,
			     side == A ? "end" : "start",
			     row->state[side] == ST_TIME_WAIT ? "tw" : "state",
			     tcp_state_name(row->state[side]));
}

static int draw(FILE *out, const struct ladder *ladder, int top)
{
	int bottom = top + HEAD + (int)ladder->rows * ROW_HEIGHT;
	char end[32];

	for (int side = 0; side < 2; side++) {
		int x = side == A ? LINE_A : LINE_B;
		const char *anchor = side == A ? "end" : "start";

		snprintf(end, sizeof(end), "%c port %u",
			 'A' + (int)ladder->leg + side, ladder->port[side]);
		text(out, x, top + 20, "middle", "head", end);
		text(out, x + (side == A ? -10 : 10), top + 42, anchor, "state",
		     tcp_state_name(ladder->first[side]));
		fprintf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"life\"/>\n",
			x, top + 28, x, bottom);
	}
	for (size_t i = 0; i < ladder->rows; i++) {
		const struct row *row = &ladder->row[i];
		int y = top + HEAD + (int)i * ROW_HEIGHT;

		if (row->kind != ROW_CALL && row->kind != ROW_NOTE)
			arrow(out, row, y);
		sides(out, row, y);
	}
	return bottom;
}

void ladder_svg(FILE *out, const struct lab *lab, const struct ladder *ladder,
		size_t count)
{
	int height = 40, top = 40;

	for (size_t i = 0; i < count; i++)
		height += HEAD + (int)ladder[i].rows * ROW_HEIGHT + 20;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
		"<style>\n"
		"text{font:13px sans-serif;fill:#222}\n"
		".head,.title{font-weight:bold}\n"
		".time{fill:#888;font-size:11px}\n"
		".call{fill:#7a2e8e;font-style:italic}\n"
		".note{fill:#9a6700}\n"
		".state{fill:#0b6e6e}\n"
		".tw{fill:#b35900;font-weight:bold}\n"
		".label{font-size:11px}\n"
		"line{stroke:#222;stroke-width:1.3}\n"
		".life{stroke:#999}\n"
		".fin{stroke:#1f4fbf}\n"
		".rst{stroke:#c0202b}\n"
		"text.rst{fill:#c0202b;stroke:none}\n"
		"</style>\n"
		"<defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\n"
		"<path d=\"M0,0 L10,5 L0,10 z\" fill=\"#222\"/></marker></defs>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		WIDTH, height, WIDTH, height);
	text(out, WIDTH / 2, 24, "middle", "title", lab->scenario->title);
	for (size_t i = 0; i < count; i++)
		top = draw(out, &ladder[i], top) + 20;
	fputs("</svg>\n", out);
}
