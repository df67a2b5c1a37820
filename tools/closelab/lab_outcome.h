/* SPDX-License-Identifier: GPL-2.0 */
/* A race: it ends in one of several ways, and each is known beforehand. */
#ifndef CLOSELAB_LAB_OUTCOME_H
#define CLOSELAB_LAB_OUTCOME_H

struct lab;

/**
 * lab_outcome() - wait until a race has ended in one of its ways
 * @lab: the lab; gets its outcome
 *
 * What counts is which states each side went through, by the segments, and
 * which sockets it is left with, by sock_diag.
 *
 * Return: 0; -1 after lab_fail(): it has ended in none of them.
 */
int lab_outcome(struct lab *lab);

#endif
