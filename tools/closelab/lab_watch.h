/* SPDX-License-Identifier: GPL-2.0 */
/* The watch on a running scenario: sockets, segments, counters. */
#ifndef CLOSELAB_LAB_WATCH_H
#define CLOSELAB_LAB_WATCH_H

#include "readings.h"
#include "scenario.h"

struct lab;

/**
 * lab_start_watching() - open what a lab is watched with
 * @lab: the lab, its namespaces built
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_start_watching(struct lab *lab);

/**
 * lab_read_counters() - read the counters of all sides
 * @lab: the lab
 * @counters: of each side
 *
 * Return: 0; -1 after lab_fail(), with lab->skip when the scenario needs a
 * module that is not loaded.
 */
int lab_read_counters(struct lab *lab, struct readings counters[SIDES]);

/**
 * lab_unwatch() - end the capture, let the peers run on unwatched
 * @lab: the lab
 * @save: the capture continues, for the file that it is saved to
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_unwatch(struct lab *lab, bool save);

#endif
