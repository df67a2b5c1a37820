/* SPDX-License-Identifier: GPL-2.0 */
/* The expected outcome of a scenario: its segments, its counters. */
#ifndef CLOSELAB_LAB_CHECK_H
#define CLOSELAB_LAB_CHECK_H

#include <stdbool.h>

struct lab;

/**
 * lab_check_segments() - compare the capture with what the scenario expects
 * @lab: the lab
 *
 * Return: 0; -1 after lab_fail(), once for each side of a connection that is
 * not as expected.
 */
int lab_check_segments(struct lab *lab);

/**
 * lab_check_counters() - compare the counters with what the scenario expects
 * @lab: the lab, with @before and @after
 *
 * Return: 0; -1 after lab_fail(), once for each row that is not as expected.
 */
int lab_check_counters(struct lab *lab);

/**
 * lab_check_stall() - look for a segment that the machine's own delay repeated
 * @lab: the lab; gets a reason to be run again when there is one
 *
 * It arrived, and yet it was sent again, not before the kernel's time for that
 * had passed: so long nothing moved here.
 *
 * Return: whether there is one.
 */
bool lab_check_stall(struct lab *lab);

/**
 * lab_check_closing() - whether each leg was first closed by whom it should
 * @lab: the lab
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_check_closing(struct lab *lab);

#endif
