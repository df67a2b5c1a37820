// SPDX-License-Identifier: GPL-2.0
#include "profile.h"

#include "lib/util.h"

/* Of the terminal's picture */
#define COLUMNS 65

/* Geometry of the SVG, in pixels */
#define WIDTH 1000
#define HEIGHT 300
#define PANEL 270
#define GAP 50
#define LEFT 50
#define TOP 70
#define TALL 160

static unsigned int value(const struct second *second, int series)
{
	return series == 0 ? second->answered :
	       series == 1 ? second->failed : second->time_wait;
}

static void line(FILE *out, const struct way *way, int series,
		 bool unicode)
{
	static const char *const blocks[] = {
		" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█",
	};
	static const char ascii[] = " .:-=+*%@";
	static const char *const names[] = { "answered", "failed", "TIME_WAIT" };
	unsigned int most = series == 2 ? way->ports : way->rate;
	unsigned int columns = way->seconds < COLUMNS ? way->seconds :
							     COLUMNS;
	unsigned int peak = 0;

	fprintf(out, "  %-10s|", names[series]);
	for (unsigned int c = 0; c < columns; c++) {
		unsigned int from = c * way->seconds / columns;
		unsigned int to = (c + 1) * way->seconds / columns;
		unsigned int sum = 0, level;

		for (unsigned int i = from; i < to; i++)
			sum += value(&way->second[i], series);
		level = (sum * 8 + most * (to - from) / 2) / (most * (to - from));
		if (sum && !level)
			level = 1;
		if (level > 8)
			level = 8;
		if (unicode)
			fputs(blocks[level], out);
		else
			fputc(ascii[level], out);
	}
	for (unsigned int i = 0; i < way->seconds; i++)
		if (value(&way->second[i], series) > peak)
			peak = value(&way->second[i], series);
	fprintf(out, "| at most %u%s\n", peak, series == 2 ? "" : " a second");
}

void profile_text(FILE *out, const struct way *way, bool unicode)
{
	fprintf(out, "%u requests begin in a second, the proxy has %u ports, for %u s\n\n",
		way->rate, way->ports, way->seconds);
	for (int i = 0; i < PROFILES; i++) {
		unsigned int answered = 0, failed = 0;

		for (unsigned int j = 0; j < way[i].seconds; j++) {
			answered += way[i].second[j].answered;
			failed += way[i].second[j].failed;
		}
		fprintf(out, "%s: %u answered, %u failed\n", way[i].title,
			answered, failed);
		for (int series = 0; series < 3; series++)
			line(out, &way[i], series, unicode);
		fputc('\n', out);
	}
}

static void text(FILE *out, int x, int y, const char *anchor,
		 const char *class, const char *s)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">%s</text>\n",
		x, y, anchor, class, s);
}

static void bars(FILE *out, const struct way *way, int left)
{
	double wide = (double)PANEL / way->seconds;
	/* A little more than the rate, for seconds that got one more. */
	double unit = TALL / (1.25 * way->rate);

	for (unsigned int i = 0; i < way->seconds; i++) {
		const struct second *s = &way->second[i];
		double ok = s->answered * unit, bad = s->failed * unit;

		if (s->answered)
			fprintf(out, "<rect class=\"ok\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>\n",
				left + i * wide, TOP + TALL - ok, wide + 0.05, ok);
		if (s->failed)
			fprintf(out, "<rect class=\"bad\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>\n",
				left + i * wide, TOP + TALL - ok - bad,
				wide + 0.05, bad);
	}
	fputs("<polyline class=\"tw\" points=\"", out);
	for (unsigned int i = 0; i < way->seconds; i++)
		fprintf(out, "%.2f,%.2f ", left + (i + 1) * wide, TOP + TALL -
			way->second[i].time_wait * TALL / (1.25 * way->ports));
	fputs("\"/>\n", out);
}

static void panel(FILE *out, const struct way *way, int left)
{
	char label[32];

	text(out, left + PANEL / 2, TOP - 14, "middle", "head", way->title);
	bars(out, way, left);
	fprintf(out, "<path class=\"axis\" d=\"M%d %d V%d H%d\"/>\n", left, TOP,
		TOP + TALL, left + PANEL);
	text(out, left, TOP + TALL + 16, "middle", "small", "0");
	snprintf(label, sizeof(label), "%u s", way->seconds);
	text(out, left + PANEL, TOP + TALL + 16, "middle", "small", label);
	snprintf(label, sizeof(label), "%u/s", way->rate);
	text(out, left - 4, TOP + TALL / 5 + 4, "end", "small", label);
}

void profile_svg(FILE *out, const struct way *way)
{
	char label[128];

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
		"<style>\n"
		"text{font:13px sans-serif;fill:#222}\n"
		".title,.head{font-weight:bold}\n"
		".small{font-size:11px;fill:#666}\n"
		".ok{fill:#4a86c5;shape-rendering:crispEdges}\n"
		".bad{fill:#d9534f;shape-rendering:crispEdges}\n"
		".tw{fill:none;stroke:#b35900;stroke-width:2}\n"
		".axis{fill:none;stroke:#999}\n"
		"</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	snprintf(label, sizeof(label),
		 "A proxy that gets %u requests a second and has %u ports",
		 way->rate, way->ports);
	text(out, WIDTH / 2, 24, "middle", "title", label);
	for (int i = 0; i < PROFILES; i++)
		panel(out, &way[i], LEFT + i * (PANEL + GAP));
	fprintf(out, "<rect class=\"ok\" x=\"%d\" y=\"%d\" width=\"12\" height=\"12\"/>\n",
		LEFT, HEIGHT - 34);
	text(out, LEFT + 18, HEIGHT - 23, "start", "", "answered a second");
	fprintf(out, "<rect class=\"bad\" x=\"%d\" y=\"%d\" width=\"12\" height=\"12\"/>\n",
		LEFT + 170, HEIGHT - 34);
	text(out, LEFT + 188, HEIGHT - 23, "start", "", "502 Bad Gateway a second");
	fprintf(out, "<path class=\"tw\" d=\"M%d %d h20\"/>\n", LEFT + 380,
		HEIGHT - 28);
	text(out, LEFT + 406, HEIGHT - 23, "start", "",
	     "TIME_WAITs that hold a port of the proxy, on the scale of its ports");
	fputs("</svg>\n", out);
}
