/* SPDX-License-Identifier: GPL-2.0 */
/* A connection that has been idle, and what the trace event has to report of it. */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "actor.h"
#include "diag.h"
#include "ends_lab.h"
#include "told.h"

/**
 * struct scene - one connection
 * @told: where the event is read
 * @actor: has its end in B
 * @fd: the test's end, in A
 * @diag: asks about sockets in B
 * @end: the actor's end
 * @connected: when it began, ns, not earlier
 * @exchanged: when the last bytes went by, not earlier, of ticked_ns(): the kernel counts in ticks
 * @silent: the same, not later
 * @line: the event that was read last
 */
struct scene {
	struct told told;
	struct actor actor;
	int fd;
	int diag;
	struct tuple end;
	int64_t connected;
	int64_t exchanged;
	int64_t silent;
	char line[TOLD_LINE];
};

void scene_begin(struct scene *s, const struct ends_lab *lab, bool on);
void scene_end(struct scene *s);
void scene_wait_gone(const struct scene *s);
int64_t scene_number(const struct scene *s, const char *name);
void tells(const struct scene *s, const char *name, int64_t value);
void tells_comm(const struct scene *s, const char *comm);
void tells_cgroup(const struct scene *s, uint64_t id);
void tells_actor(const struct scene *s);
void tells_us(const struct scene *s);
void tells_nobody(const struct scene *s);
void tells_idle(const struct scene *s);
void tells_lifetime(const struct scene *s);
void tells_socket(const struct scene *s);
void tells_our_socket(const struct scene *s);
void tells_all(const struct scene *s);

#endif /* SCENE_H */
