/* SPDX-License-Identifier: GPL-2.0 */
/* Pictures of what is counted every second, for the terminal and as SVG. */
#ifndef CLOSELAB_CHART_H
#define CLOSELAB_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Geometry of the SVG, in pixels */
#define CHART_WIDTH 1000
#define CHART_LEFT 50
#define CHART_TOP 70
#define CHART_WIDE 270		/* a panel */
#define CHART_TALL 160
#define CHART_STEP 320		/* from one panel to that on its right */

/**
 * struct chart_series - one value over time
 * @name: for the terminal, ten characters at most
 * @unit: behind its highest value
 * @class: how it is drawn, of those in chart_svg_begin()
 * @line: a line; else it is stacked upon those before
 * @most: what fills the picture but for a fifth
 * @value: that of the first second
 * @stride: from one to the next, in values
 */
struct chart_series {
	const char *name;
	const char *unit;
	const char *class;
	bool line;
	unsigned int most;
	const unsigned int *value;
	size_t stride;
};

#define CHART_SERIES 5

/**
 * struct chart_panel - values that belong together
 * @title: above them
 * @seconds: how many of each there are, not 0
 * @scale: beside the height of @most
 * @count: how many series
 * @series: the series
 */
struct chart_panel {
	const char *title;
	unsigned int seconds;
	const char *scale;
	int count;
	struct chart_series series[CHART_SERIES];
};

/**
 * chart_text() - draw a panel for the terminal, a line for each series
 * @out: where to
 * @panel: what
 * @unicode: with block characters
 */
void chart_text(FILE *out, const struct chart_panel *panel, bool unicode);

/**
 * chart_svg_begin() - begin a picture
 * @out: where to
 * @height: in pixels
 * @title: above it
 */
void chart_svg_begin(FILE *out, int height, const char *title);

/**
 * chart_svg_panel() - draw a panel
 * @out: where to
 * @panel: what
 * @left: where, in pixels
 * @top: where, in pixels
 */
void chart_svg_panel(FILE *out, const struct chart_panel *panel, int left,
		     int top);

/**
 * chart_svg_key() - say what a class means
 * @out: where to
 * @class: the class
 * @line: it is a line
 * @x: where, in pixels
 * @y: where, in pixels
 * @label: what it means
 */
void chart_svg_key(FILE *out, const char *class, bool line, int x, int y,
		   const char *label);

/**
 * chart_svg_end() - end a picture
 * @out: where to
 */
void chart_svg_end(FILE *out);

#endif
