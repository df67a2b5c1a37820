/* SPDX-License-Identifier: GPL-2.0 */
/* What must have come of a scenario: its segments, its counters. */
#ifndef CLOSELAB_LAB_CHECK_H
#define CLOSELAB_LAB_CHECK_H

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

#endif
