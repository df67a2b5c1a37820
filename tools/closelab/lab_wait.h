/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting until something holds, while a lab runs. */
#ifndef CLOSELAB_LAB_WAIT_H
#define CLOSELAB_LAB_WAIT_H

struct lab;

/**
 * lab_collect() - take in what the capture and the peers have to tell
 * @lab: the lab
 * @timeout_ms: how long to wait for something, 0: not at all
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_collect(struct lab *lab, int timeout_ms);

/**
 * lab_wait() - wait until a condition holds
 * @lab: the lab
 * @what: what is waited for, for people
 * @seconds: how long at most
 * @holds: the condition: 1 yes, 0 not yet, -1 cannot be any more; looked at
 *	after every event, and every few milliseconds when nothing happens
 * @data: for @holds
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_wait(struct lab *lab, const char *what, unsigned int seconds,
	     int (*holds)(struct lab *lab, void *data), void *data);

/**
 * lab_settle() - wait until a condition holds, and do not mind if it does not
 * @lab: the lab
 * @seconds: how long at most
 * @holds: as of lab_wait()
 * @data: for @holds
 *
 * Return: 1 it holds, 0 it does not, -1 after lab_fail().
 */
int lab_settle(struct lab *lab, unsigned int seconds,
	       int (*holds)(struct lab *lab, void *data), void *data);

#endif
