/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The profile of a proxy that runs out of ports: requests a second and TIME_WAITs
 * held, over time, at two lengths of TIME_WAIT and with kept connections.
 */
#ifndef CLOSELAB_PROFILE_H
#define CLOSELAB_PROFILE_H

#include "ways.h"

#include <stdbool.h>
#include <stdio.h>

#define PROFILES 3

/**
 * profile_run() - measure all of them, side by side, and draw them
 * @options: of the lab; @time_wait_ms is the length that is too long, -1 for the
 *	kernel's own
 * @svg: file to draw to, or NULL
 * @unicode: draw with more than ASCII in the terminal
 *
 * Return: an exit code.
 */
int profile_run(const struct lab_options *options, const char *svg,
		bool unicode);

/**
 * profile_text() - draw profiles for the terminal
 * @out: where to
 * @way: PROFILES of them
 * @unicode: with block characters
 */
void profile_text(FILE *out, const struct way *way, bool unicode);

/**
 * profile_svg() - draw profiles as SVG
 * @out: where to
 * @way: PROFILES of them
 */
void profile_svg(FILE *out, const struct way *way);

#endif
