/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The profile of a proxy that runs out of ports: requests a second and TIME_WAITs
 * held, over time, at two lengths of TIME_WAIT and with kept connections.
 */
#ifndef CLOSELAB_PROFILE_H
#define CLOSELAB_PROFILE_H

#include "lab.h"

#include <stdbool.h>
#include <stdio.h>

#define PROFILE_SECONDS 600

/**
 * struct second - what happened in a second
 * @answered: requests that got their answer
 * @failed: those that got an error
 * @time_wait: TIME_WAITs of the proxy towards the server, at its end
 */
struct second {
	unsigned int answered;
	unsigned int failed;
	unsigned int time_wait;
};

/**
 * struct profile - one way to run the proxy
 * @title: for people
 * @kept: the proxy keeps its connections to the server
 * @time_wait_ms: length of TIME_WAIT
 * @rate: requests that begin in a second
 * @ports: that the proxy has
 * @seconds: how long
 * @second: what came of it
 */
struct profile {
	char title[64];
	bool kept;
	long time_wait_ms;
	unsigned int rate;
	unsigned int ports;
	unsigned int seconds;
	struct second second[PROFILE_SECONDS];
};

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
 * @profile: PROFILES of them
 * @unicode: with block characters
 */
void profile_text(FILE *out, const struct profile *profile, bool unicode);

/**
 * profile_svg() - draw profiles as SVG
 * @out: where to
 * @profile: PROFILES of them
 */
void profile_svg(FILE *out, const struct profile *profile);

#endif
