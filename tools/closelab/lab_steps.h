/* SPDX-License-Identifier: GPL-2.0 */
/* Runs the steps of a lab's scenario. */
#ifndef CLOSELAB_LAB_STEPS_H
#define CLOSELAB_LAB_STEPS_H

struct lab;

/**
 * lab_steps_run() - run the steps, each until its condition holds
 * @lab: the lab, built
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_steps_run(struct lab *lab);

#endif
