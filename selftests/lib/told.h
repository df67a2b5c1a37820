/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the trace event says about connections: the lines of tcp_closestat:tcp_close in an
 * instance of its own, read as text.
 */
#ifndef TOLD_H
#define TOLD_H

#include <stdbool.h>
#include <stdint.h>

#define TOLD_LINE	1024

/**
 * struct told - a listener
 * @dir: its instance
 * @fd: its trace_pipe
 * @rest: what has been read, and not taken
 */
struct told {
	char dir[128];
	int fd;
	char rest[65536];
};

void told_open(struct told *t);
void told_switch(const struct told *t, bool on);
void told_close(struct told *t);
bool told_next(struct told *t, char *line);
void told_wait(struct told *t, int ns, const char *ended, char *line);
int64_t told_number(const char *line, const char *name);
bool told_in(const char *line, int ns);
const char *told_comm(const char *line);

#endif /* TOLD_H */
