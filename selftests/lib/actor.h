/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process with a name, a user and a cgroup of its own, which makes one connection and
 * does with it what it is told.
 */
#ifndef ACTOR_H
#define ACTOR_H

#include <stdint.h>
#include <sys/types.h>

#include "ends_lab.h"

/* Nothing that it does not look like a field. */
#define ACTOR_NAME	"an actor pid=1"
#define ACTOR_UID	4711

/**
 * struct actor - the process
 * @pid: its id
 * @cgroup: id of its cgroup
 * @dir: where the cgroups are mounted
 * @pipe: to tell it something
 * @answer: to hear that it has done so
 */
struct actor {
	pid_t pid;
	uint64_t cgroup;
	char dir[64];
	int pipe;
	int answer;
};

/* The operation. */
enum act {
	ACT_CONNECT = 'c',	/* to LAB_PORT */
	ACT_CONNECT_CLOSED = 'n',	/* to a port where nobody listens */
	ACT_SEND = 'w',		/* ACTOR_SENDS bytes */
	ACT_RECEIVE = 'r',	/* ACTOR_RECEIVES bytes */
	ACT_SHUTDOWN = 's',	/* and wait until the peer has acknowledged that */
	ACT_CLOSE = 'x',
	ACT_RESET = 'k',
};

#define ACTOR_SENDS	3000
#define ACTOR_RECEIVES	700

void actor_start(struct actor *a, const struct ends_lab *lab, enum side side);
int actor_do(const struct actor *a, enum act act);
void actor_end(const struct actor *a);

#endif /* ACTOR_H */
