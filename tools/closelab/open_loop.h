/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests that begin at a fixed rate, whatever becomes of those before, and a server
 * that answers late, or not at all: connections in each state, over time.
 */
#ifndef CLOSELAB_OPEN_LOOP_H
#define CLOSELAB_OPEN_LOOP_H

#include "ways.h"

#include <stdbool.h>
#include <stdio.h>

#define OPEN_LOOPS 3

/* Requests that begin in a second, and for how many */
#define OPEN_RATE 10
#define OPEN_SECONDS 20

/**
 * open_loop_run() - run all of them, side by side, check the counters, and draw them
 * @options: of the lab
 * @svg: file to draw to, or NULL
 * @unicode: draw with more than ASCII in the terminal
 *
 * Return: an exit code.
 */
int open_loop_run(const struct lab_options *options, const char *svg,
		  bool unicode);

/**
 * open_loop_text() - draw them for the terminal
 * @out: where to
 * @way: OPEN_LOOPS of them
 * @unicode: with block characters
 */
void open_loop_text(FILE *out, const struct way *way, bool unicode);

/**
 * open_loop_svg() - draw them as SVG
 * @out: where to
 * @way: OPEN_LOOPS of them
 */
void open_loop_svg(FILE *out, const struct way *way);

#endif
