/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What went over the link, seen at both ends: each segment with the time it
 * was sent and the time it arrived.
 */
#ifndef CLOSELAB_CAPTURE_H
#define CLOSELAB_CAPTURE_H

#include "lib/util.h"
#include "segment.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct captured - a segment on the link
 * @segment: what it says
 * @from: 0 when the first of the two sides sent it, 1 for the other
 * @sent: CLOCK_REALTIME in nanoseconds; of an injected one, its arrival
 * @arrived: the same at the other end, or when the socket there was free for it;
 *	0 while it has not arrived
 * @hash: see segment_hash()
 * @injected: it arrived, but the sender's side never sent it
 * @frame: as it was on the link; @segment points into it
 * @length: bytes of @frame
 */
struct captured {
	struct packet segment;
	int from;
	u64 sent;
	u64 arrived;
	u64 hash;
	bool injected;
	u8 *frame;
	size_t length;
};

struct capture;

/**
 * capture_open() - capture TCP at both ends of the link
 * @ns: namespaces of the two sides
 * @device: the link's device in each
 * @family: AF_INET or AF_INET6
 * @error: text for people when it fails
 * @size: room in @error
 *
 * Return: the capture, or NULL.
 */
struct capture *capture_open(const int ns[2], const char *const device[2],
			     int family, char *error, size_t size);

/**
 * capture_close() - end it
 * @capture: the capture, or NULL
 */
void capture_close(struct capture *capture);

/**
 * capture_stop() - see nothing more, and keep what was seen
 * @capture: the capture
 */
void capture_stop(struct capture *capture);

/**
 * capture_mark() - what was seen so far is all that capture_segments() gives from now on
 * @capture: the capture
 *
 * capture_save() writes what follows, too.
 */
void capture_mark(struct capture *capture);

#define CAPTURE_FDS 4

/**
 * capture_fd() - what to poll
 * @capture: the capture
 * @index: 0 to CAPTURE_FDS - 1
 *
 * Return: a file descriptor, readable when there is something to read.
 */
int capture_fd(struct capture *capture, int index);

/**
 * capture_read() - take in what has been seen since
 * @capture: the capture
 *
 * Return: 0, or -1 when it went wrong.
 */
int capture_read(struct capture *capture);

/**
 * capture_lost() - how many segments the capture has missed
 * @capture: the capture
 *
 * Return: the number; it was not read often enough.
 */
unsigned int capture_lost(struct capture *capture);

/**
 * capture_segments() - all segments up to now, or to the mark, in the order they were sent
 * @capture: the capture
 * @count: how many
 *
 * Return: the segments; valid until the next capture_read().
 */
const struct captured *capture_segments(struct capture *capture, size_t *count);

/**
 * capture_inject() - put a frame on the link, as if a side had sent it
 * @capture: the capture
 * @side: the side
 * @wire: the segment to send again
 *
 * Return: 0, or -1.
 */
int capture_inject(struct capture *capture, int side, const struct captured *wire);

/**
 * capture_save() - write all segments to a pcap file, in the order they were sent
 * @capture: the capture
 * @other: that of another link, or NULL
 * @path: the file; replaced when it is there
 * @error: text for people when it fails
 * @size: room in @error
 *
 * Return: 0, or -1.
 */
int capture_save(const struct capture *capture, const struct capture *other,
		 const char *path, char *error, size_t size);

#endif
