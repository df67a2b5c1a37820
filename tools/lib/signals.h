/* SPDX-License-Identifier: GPL-2.0 */
/* The signals that end a program which has something to put away first. */
#ifndef TOOLS_SIGNALS_H
#define TOOLS_SIGNALS_H

#include <stdbool.h>

/**
 * signals_catch() - from now on only remember SIGINT, SIGTERM and SIGHUP
 *
 * They interrupt system calls: whatever waits has to look at signals_caught().
 */
void signals_catch(void);

/**
 * signals_caught() - whether one of these signals has come
 *
 * Return: true if it has.
 */
bool signals_caught(void);

#endif
