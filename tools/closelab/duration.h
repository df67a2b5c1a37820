/* SPDX-License-Identifier: GPL-2.0 */
/* Durations as people write them. Pure. */
#ifndef CLOSELAB_DURATION_H
#define CLOSELAB_DURATION_H

/**
 * duration_ms() - read a duration
 * @text: digits, with an optional fraction, and ms, s or min
 *
 * Return: milliseconds, 0 to 600000; -1 when it is none, -2 when it is beyond
 * that range.
 */
long duration_ms(const char *text);

#endif
