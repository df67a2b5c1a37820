// SPDX-License-Identifier: GPL-2.0
#include "profile.h"

#include "chart.h"

#define HEIGHT 300
#define KEYS (HEIGHT - 34)

static void fill(struct chart_panel *panel, const struct way *way, char *scale,
		 size_t size)
{
	const struct second *s = way->second;
	const size_t stride = sizeof(*s) / sizeof(s->answered);

	snprintf(scale, size, "%u/s", way->rate);
	*panel = (struct chart_panel){
		.title = way->title, .seconds = way->seconds, .scale = scale,
		.count = 3,
		.series = {
			{ "answered", " a second", "ok", false, way->rate,
			  &s->answered, stride },
			{ "failed", " a second", "bad", false, way->rate,
			  &s->failed, stride },
			{ "TIME_WAIT", "", "tw", true, way->ports,
			  &s->time_wait, stride },
		},
	};
}

void profile_text(FILE *out, const struct way *way, bool unicode)
{
	struct chart_panel panel;
	char scale[32];

	fprintf(out, "%u requests begin in a second, the proxy has %u ports, for %u s\n\n",
		way->rate, way->ports, way->seconds);
	for (int i = 0; i < PROFILES; i++) {
		fprintf(out, "%s: %u answered, %u failed\n", way[i].title,
			way[i].sum.answered,
			way[i].sum.refused + way[i].sum.lost);
		fill(&panel, &way[i], scale, sizeof(scale));
		chart_text(out, &panel, unicode);
		fputc('\n', out);
	}
}

void profile_svg(FILE *out, const struct way *way)
{
	struct chart_panel panel;
	char scale[32], title[128];

	snprintf(title, sizeof(title),
		 "A proxy that gets %u requests a second and has %u ports",
		 way->rate, way->ports);
	chart_svg_begin(out, HEIGHT, title);
	for (int i = 0; i < PROFILES; i++) {
		fill(&panel, &way[i], scale, sizeof(scale));
		chart_svg_panel(out, &panel, CHART_LEFT + i * CHART_STEP,
				CHART_TOP);
	}
	chart_svg_key(out, "ok", false, CHART_LEFT, KEYS, "answered a second");
	chart_svg_key(out, "bad", false, CHART_LEFT + 170, KEYS,
		      "502 Bad Gateway a second");
	chart_svg_key(out, "tw", true, CHART_LEFT + 380, KEYS,
		      "TIME_WAITs that hold a port of the proxy, on the scale of its ports");
	chart_svg_end(out);
}
