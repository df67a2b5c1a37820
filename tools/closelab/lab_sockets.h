/* SPDX-License-Identifier: GPL-2.0 */
/* The sockets of a lab's sides. */
#ifndef CLOSELAB_LAB_SOCKETS_H
#define CLOSELAB_LAB_SOCKETS_H

#include <stddef.h>

struct lab;

/**
 * lab_look() - list the sockets of a side into lab->last
 * @lab: the lab
 * @side: 0 or 1
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_look(struct lab *lab, int side);

/**
 * lab_states() - the states of lab->last in words, in a fixed order
 * @lab: the lab
 * @side: 0 or 1
 * @text: where to, as STEP_STATES takes it
 * @size: room
 *
 * Return: @text.
 */
char *lab_states(const struct lab *lab, int side, char *text, size_t size);

#endif
