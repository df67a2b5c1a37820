/* SPDX-License-Identifier: GPL-2.0 */
/* A trace buffer of our own, with the event tcp_closestat:tcp_close in it. */
#ifndef CLOSESTAT_TRACE_INSTANCE_H
#define CLOSESTAT_TRACE_INSTANCE_H

#include "lib/util.h"

#include <stdbool.h>
#include <stddef.h>

#define TRACE_EVENT "tcp_close"

struct trace_instance;

/**
 * trace_instance_possible - tell whether there are events to be had
 *
 * Return: true for root with the module and tracefs.
 */
bool trace_instance_possible(void);

/**
 * trace_instance_open - make the buffer and switch the event on in it
 * @instance: set on success; to be given to trace_instance_close()
 * @netns: the inode of the namespace whose events are wanted: others' do not fill the buffer, nor
 *	can they be lost; 0: those of all
 *
 * Buffers left behind by monitors that were killed are removed. Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int trace_instance_open(struct trace_instance **instance, u64 netns);

/**
 * trace_instance_read - wait for lines and read them
 * @instance: which
 * @wait_ms: how long to wait at most, 0 not at all
 * @line: called for each line, without its newline
 * @data: passed to @line
 *
 * Return: 0 if there were lines, -EAGAIN if there were none in time, -EINTR after a signal, or what
 * else failed as a negative errno.
 */
int trace_instance_read(struct trace_instance *instance, int wait_ms,
			void (*line)(char *line, void *data), void *data);

/**
 * trace_instance_stop - switch the event off; what is in the buffer can still be read
 * @instance: which
 */
void trace_instance_stop(struct trace_instance *instance);

/**
 * trace_instance_lost - how many events have been lost because the buffer was full
 * @instance: which
 *
 * Return: the number since trace_instance_open().
 */
u64 trace_instance_lost(struct trace_instance *instance);

/**
 * trace_instance_close - remove the buffer
 * @instance: which
 */
void trace_instance_close(struct trace_instance *instance);

#endif
