/* SPDX-License-Identifier: GPL-2.0 */
/* Requests a second that each way to run a proxy allows, against ports / length. */
#ifndef CLOSELAB_RATES_H
#define CLOSELAB_RATES_H

#include "ways.h"

/**
 * rates_run() - measure them, side by side, and print them as a Markdown table
 * @options: of the lab, but for the length of TIME_WAIT
 *
 * Return: an exit code.
 */
int rates_run(const struct lab_options *options);

#endif
