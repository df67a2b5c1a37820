/* SPDX-License-Identifier: GPL-2.0 */
/* Where segments come from: a file, a pipe, or an interface. */
#ifndef EXPLAIN_SOURCE_H
#define EXPLAIN_SOURCE_H

#include <signal.h>

#include "table.h"

/**
 * struct source - what is to be read
 * @path: a file, "-": standard input; NULL: @device
 * @device: an interface
 * @seconds: how long to listen there, 0: until a signal
 * @filter: in the words of pcap-filter(7), NULL: none
 * @quiet: no progress
 */
struct source {
	const char *path;
	const char *device;
	unsigned int seconds;
	const char *filter;
	bool quiet;
};

/**
 * struct read_result - what was read
 * @frames: how many frames
 * @kind: how many of each kind, by enum decoded
 * @first: time of the first segment
 * @last: and of the last one, by the clock as it was then
 * @link: the link type
 * @dropped: frames that the kernel had no room for
 * @truncated: the file ends in the middle of a frame, or worse
 * @error: text for people when something went wrong, else empty
 */
struct read_result {
	uint64_t frames;
	uint64_t kind[DECODED_KINDS];
	int64_t first;
	int64_t last;
	int link;
	unsigned int dropped;
	bool truncated;
	char error[512];
};

/* Set by a signal handler: enough was seen. */
extern volatile sig_atomic_t source_stop;

/**
 * source_read() - read all of it
 * @source: what to read
 * @table: takes the segments in
 * @result: what there was
 *
 * The filter looks at the IP packet, whatever it travels in. A connection is
 * matched when any of its segments is.
 *
 * Return: 0; -1 when it cannot be read, or not to its end; then @result->error
 * says why.
 */
int source_read(const struct source *source, struct table *table,
		struct read_result *result);

#endif
