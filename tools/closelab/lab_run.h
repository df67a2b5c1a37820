/* SPDX-License-Identifier: GPL-2.0 */
/* A scenario from its beginning to its end. */
#ifndef CLOSELAB_LAB_RUN_H
#define CLOSELAB_LAB_RUN_H

struct lab;

/**
 * lab_run() - run a scenario
 * @lab: @scenario and @options are set, all else is zero
 *
 * Afterwards @lab holds what was seen, whether it went well or not.
 *
 * Return: 0 when everything was as expected, else -1 with @failure set.
 */
int lab_run(struct lab *lab);

/**
 * lab_close() - end the peers and the namespaces
 * @lab: the lab
 */
void lab_close(struct lab *lab);

#endif
