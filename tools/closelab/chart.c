// SPDX-License-Identifier: GPL-2.0
#include "chart.h"

/* Of the terminal's picture */
#define COLUMNS 65

static unsigned int value(const struct chart_series *s, unsigned int second)
{
	return s->value[second * s->stride];
}

/* How full a column of the terminal's picture is, 0 to 8. */
static unsigned int level(const struct chart_series *s, unsigned int from,
			  unsigned int to)
{
	unsigned int sum = 0, full = s->most * (to - from), level;

	for (unsigned int i = from; i < to; i++)
		sum += value(s, i);
	level = (sum * 8 + full / 2) / full;
	if (sum && !level)
		return 1;
	return level > 8 ? 8 : level;
}

static void text_line(FILE *out, const struct chart_series *s,
		      unsigned int seconds, bool unicode)
{
	static const char *const blocks[] = {
		" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█",
	};
	static const char ascii[] = " .:-=+*%@";
	unsigned int columns = seconds < COLUMNS ? seconds : COLUMNS;
	unsigned int peak = 0;

	fprintf(out, "  %-11s|", s->name);
	for (unsigned int c = 0; c < columns; c++) {
		unsigned int height = level(s, c * seconds / columns,
					    (c + 1) * seconds / columns);

		if (unicode)
			fputs(blocks[height], out);
		else
			fputc(ascii[height], out);
	}
	for (unsigned int i = 0; i < seconds; i++)
		if (value(s, i) > peak)
			peak = value(s, i);
	fprintf(out, "| at most %u%s\n", peak, s->unit);
}

void chart_text(FILE *out, const struct chart_panel *panel, bool unicode)
{
	for (int i = 0; i < panel->count; i++)
		text_line(out, &panel->series[i], panel->seconds, unicode);
}

static void text(FILE *out, int x, int y, const char *anchor,
		 const char *class, const char *s)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">%s</text>\n",
		x, y, anchor, class, s);
}

void chart_svg_begin(FILE *out, int height, const char *title)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
		"<style>\n"
		"text{font:13px sans-serif;fill:#222}\n"
		".title,.head{font-weight:bold}\n"
		".small{font-size:11px;fill:#666}\n"
		".ok{fill:#4a86c5;shape-rendering:crispEdges}\n"
		".bad{fill:#d9534f;shape-rendering:crispEdges}\n"
		".half{fill:#e8b04b;shape-rendering:crispEdges}\n"
		".wait{fill:#9a8fc0;shape-rendering:crispEdges}\n"
		".tw{fill:none;stroke:#b35900;stroke-width:2}\n"
		".axis{fill:none;stroke:#999}\n"
		"</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		CHART_WIDTH, height, CHART_WIDTH, height);
	text(out, CHART_WIDTH / 2, 24, "middle", "title", title);
}

/* In pixels; a little is left above. */
static double height_of(const struct chart_series *s, unsigned int second)
{
	return value(s, second) * CHART_TALL / (1.25 * s->most);
}

static void bars(FILE *out, const struct chart_panel *panel,
		 unsigned int second, int left, int top)
{
	double wide = (double)CHART_WIDE / panel->seconds;
	double base = top + CHART_TALL;

	for (int i = 0; i < panel->count; i++) {
		const struct chart_series *s = &panel->series[i];

		if (s->line || !value(s, second))
			continue;
		base -= height_of(s, second);
		fprintf(out, "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>\n",
			s->class, left + second * wide, base, wide + 0.05,
			height_of(s, second));
	}
}

static void line(FILE *out, const struct chart_panel *panel,
		 const struct chart_series *s, int left, int top)
{
	double wide = (double)CHART_WIDE / panel->seconds;

	fprintf(out, "<polyline class=\"%s\" points=\"", s->class);
	for (unsigned int i = 0; i < panel->seconds; i++)
		fprintf(out, "%.2f,%.2f ", left + (i + 1) * wide,
			top + CHART_TALL - height_of(s, i));
	fputs("\"/>\n", out);
}

void chart_svg_panel(FILE *out, const struct chart_panel *panel, int left,
		     int top)
{
	int bottom = top + CHART_TALL;
	char label[32];

	text(out, left + CHART_WIDE / 2, top - 14, "middle", "head",
	     panel->title);
	for (unsigned int i = 0; i < panel->seconds; i++)
		bars(out, panel, i, left, top);
	for (int i = 0; i < panel->count; i++)
		if (panel->series[i].line)
			line(out, panel, &panel->series[i], left, top);
	fprintf(out, "<path class=\"axis\" d=\"M%d %d V%d H%d\"/>\n", left, top,
		bottom, left + CHART_WIDE);
	text(out, left, bottom + 16, "middle", "small", "0");
	snprintf(label, sizeof(label), "%u s", panel->seconds);
	text(out, left + CHART_WIDE, bottom + 16, "middle", "small", label);
	text(out, left - 4, top + CHART_TALL / 5 + 4, "end", "small",
	     panel->scale);
}

void chart_svg_key(FILE *out, const char *class, bool line, int x, int y,
		   const char *label)
{
	if (line)
		fprintf(out, "<path class=\"%s\" d=\"M%d %d h20\"/>\n", class, x,
			y + 6);
	else
		fprintf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"12\" height=\"12\"/>\n",
			class, x, y);
	text(out, x + (line ? 26 : 18), y + 11, "start", "", label);
}

void chart_svg_end(FILE *out)
{
	fputs("</svg>\n", out);
}
