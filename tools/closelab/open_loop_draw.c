// SPDX-License-Identifier: GPL-2.0
#include "open_loop.h"

#include "chart.h"

#define HEIGHT 540
#define SECOND_ROW (CHART_TOP + 230)
#define KEYS (HEIGHT - 34)

/* Connections that fill a picture: those of so many seconds. */
#define FULL (4 * OPEN_RATE)

/* The states that a side goes through here, as they are drawn. */
static const struct state_class {
	int side;
	enum tcp_state state;
	const char *class;
	bool line;
} classes[] = {
	{ B, ST_SYN_SENT, "wait", false },
	{ B, ST_ESTABLISHED, "ok", false },
	{ B, ST_FIN_WAIT2, "half", false },
	{ A, ST_ESTABLISHED, "ok", false },
	{ A, ST_CLOSE_WAIT, "bad", false },
	{ A, ST_TIME_WAIT, "tw", true },
};

static void fill(struct chart_panel *panel, const struct way *way, int side,
		 const char *title)
{
	const struct second *s = way->second;
	const size_t stride = sizeof(*s) / sizeof(s->answered);

	*panel = (struct chart_panel){
		.title = title, .seconds = way->seconds, .scale = "40",
	};
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		const struct state_class *c = &classes[i];

		if (c->side != side)
			continue;
		panel->series[panel->count++] = (struct chart_series){
			tcp_state_name(c->state), "", c->class, c->line,
			c->line ? OPEN_RATE * OPEN_SECONDS : FULL,
			&s->state[side][c->state], stride,
		};
	}
}

void open_loop_text(FILE *out, const struct way *way, bool unicode)
{
	struct chart_panel panel;

	fprintf(out, "%u requests begin in a second, for %u s\n\n", way->rate,
		way->seconds);
	for (int i = 0; i < OPEN_LOOPS; i++) {
		fprintf(out, "%s: %u answered, %u failed\n", way[i].title,
			way[i].sum.answered,
			way[i].sum.refused + way[i].sum.lost);
		fputs(" client\n", out);
		fill(&panel, &way[i], B, "");
		chart_text(out, &panel, unicode);
		fputs(" server\n", out);
		fill(&panel, &way[i], A, "");
		chart_text(out, &panel, unicode);
		fputc('\n', out);
	}
}

void open_loop_svg(FILE *out, const struct way *way)
{
	struct chart_panel panel;
	char title[128];

	snprintf(title, sizeof(title),
		 "%u requests begin in a second, whatever becomes of those before",
		 way->rate);
	chart_svg_begin(out, HEIGHT, title);
	for (int i = 0; i < OPEN_LOOPS; i++) {
		int left = CHART_LEFT + i * CHART_STEP;

		fill(&panel, &way[i], B, way[i].title);
		chart_svg_panel(out, &panel, left, CHART_TOP);
		fill(&panel, &way[i], A, "the server's connections");
		chart_svg_panel(out, &panel, left, SECOND_ROW);
	}
	chart_svg_key(out, "wait", false, CHART_LEFT, KEYS, "SYN_SENT");
	chart_svg_key(out, "ok", false, CHART_LEFT + 110, KEYS, "ESTABLISHED");
	chart_svg_key(out, "half", false, CHART_LEFT + 240, KEYS, "FIN_WAIT2");
	chart_svg_key(out, "bad", false, CHART_LEFT + 350, KEYS, "CLOSE_WAIT");
	chart_svg_key(out, "tw", true, CHART_LEFT + 470, KEYS,
		      "TIME_WAIT, on the scale of all requests");
	chart_svg_end(out);
}
