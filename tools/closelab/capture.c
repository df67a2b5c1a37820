// SPDX-License-Identifier: GPL-2.0
#include "capture.h"

#include "lib/netns.h"
#include "lib/util.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SNAPLEN 2048
/* Some five hundred segments between two looks */
#define BUFFER_SIZE 1000000

/* A capture of its own for each side and direction. */
enum direction { SENT, ARRIVED };

struct capture {
	pcap_t *pcap[2][2];
	int family;
	struct captured *wire;
	size_t count;
	size_t room;
	struct captured *arrival;	/* seen where it arrived, not matched yet */
	size_t arrivals;
	size_t arrival_room;
	u64 mark;			/* by the time of sending, 0: none */
};

static pcap_t *open_one(const char *device, enum direction direction,
			char *error, size_t size)
{
	char pcap_error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_create(device, pcap_error);
	struct bpf_program filter;
	int err;

	if (!pcap) {
		snprintf(error, size, "%s", pcap_error);
		return NULL;
	}
	err = pcap_set_snaplen(pcap, SNAPLEN) |
	      pcap_set_immediate_mode(pcap, 1) |
	      pcap_set_buffer_size(pcap, BUFFER_SIZE) |
	      pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	if (!err)
		err = pcap_activate(pcap);
	if (err < 0 || pcap_setnonblock(pcap, 1, pcap_error) < 0 ||
	    pcap_compile(pcap, &filter, "tcp", 1, PCAP_NETMASK_UNKNOWN) < 0) {
		snprintf(error, size, "%s", pcap_geterr(pcap));
		pcap_close(pcap);
		return NULL;
	}
	err = pcap_setfilter(pcap, &filter);
	pcap_freecode(&filter);
	if (err < 0 || pcap_setdirection(pcap, direction == SENT ?
					 PCAP_D_OUT : PCAP_D_IN) < 0) {
		snprintf(error, size, "%s", pcap_geterr(pcap));
		pcap_close(pcap);
		return NULL;
	}
	return pcap;
}

struct capture *capture_open(const int ns[2], const char *const device[2],
			     int family, char *error, size_t size)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture) {
		snprintf(error, size, "%s", strerror(ENOMEM));
		return NULL;
	}
	capture->family = family;
	for (int side = 0; side < 2; side++) {
		pcap_t **pcap = capture->pcap[side];
		int err = netns_enter(ns[side]);

		if (err) {
			snprintf(error, size, "%s", strerror(-err));
		} else {
			pcap[SENT] = open_one(device[side], SENT, error,
					      size);
			if (pcap[SENT])
				pcap[ARRIVED] = open_one(device[side],
							 ARRIVED, error, size);
		}
		if (netns_enter(-1) || !pcap[ARRIVED]) {
			capture_close(capture);
			return NULL;
		}
	}
	return capture;
}

static void free_wires(struct captured *wire, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(wire[i].frame);
	free(wire);
}

void capture_stop(struct capture *capture)
{
	for (int i = 0; i < CAPTURE_FDS; i++) {
		pcap_t **pcap = &capture->pcap[i / 2][i % 2];

		if (*pcap)
			pcap_close(*pcap);
		*pcap = NULL;
	}
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	capture_stop(capture);
	free_wires(capture->wire, capture->count);
	free_wires(capture->arrival, capture->arrivals);
	free(capture);
}

void capture_mark(struct capture *capture)
{
	capture->mark = 1;
	if (capture->count)
		capture->mark = capture->wire[capture->count - 1].sent;
}

int capture_fd(struct capture *capture, int index)
{
	return pcap_get_selectable_fd(capture->pcap[index / 2][index % 2]);
}

/* Grow an array by one element, cleared. */
static struct captured *append(struct captured **wire, size_t *count, size_t *room)
{
	if (*count == *room) {
		size_t more = *room ? 2 * *room : 256;
		struct captured *p = realloc(*wire, more * sizeof(*p));

		if (!p)
			return NULL;
		*wire = p;
		*room = more;
	}
	memset(*wire + *count, 0, sizeof(**wire));
	return *wire + (*count)++;
}

/* Take in what one handle has seen: 0, or -1. */
static int drain(struct capture *capture, int side, enum direction direction)
{
	pcap_t *pcap = capture->pcap[side][direction];
	struct pcap_pkthdr *header;
	const u8 *frame;
	int ret;

	if (!pcap)
		return 0;
	while ((ret = pcap_next_ex(pcap, &header, &frame)) == 1) {
		struct packet segment;
		struct captured *wire;
		u8 *own = malloc(header->caplen);

		if (!own)
			return -1;
		memcpy(own, frame, header->caplen);
		if (segment_parse(own, header->caplen, &segment) ||
		    segment.family != capture->family) {
			free(own);
			continue;
		}
		if (direction == SENT)
			wire = append(&capture->wire, &capture->count,
				      &capture->room);
		else
			wire = append(&capture->arrival, &capture->arrivals,
				      &capture->arrival_room);
		if (!wire) {
			free(own);
			return -1;
		}
		wire->segment = segment;
		wire->hash = segment_hash(&segment);
		wire->from = direction == SENT ? side : !side;
		/* with nanosecond precision, tv_usec holds nanoseconds */
		wire->sent = (u64)header->ts.tv_sec * 1000000000 +
			     header->ts.tv_usec;
		wire->frame = own;
		wire->length = header->caplen;
	}
	return ret < 0 ? -1 : 0;
}

/*
 * Which sent segment an arrival is: the youngest that is the same, byte by
 * byte. The same again is a retransmission, and then the older one was lost.
 */
static struct captured *find_sent(struct capture *capture,
				  const struct captured *arrival)
{
	for (size_t i = capture->count; i-- > 0;) {
		struct captured *wire = &capture->wire[i];

		if (wire->from == arrival->from && !wire->arrived &&
		    wire->sent <= arrival->sent &&
		    wire->hash == arrival->hash)
			return wire;
	}
	return NULL;
}

static int by_sent(const void *a, const void *b)
{
	const struct captured *x = a, *y = b;

	return x->sent < y->sent ? -1 : x->sent > y->sent;
}

static bool answers(const struct captured *answer, const struct captured *wire)
{
	return answer->from != wire->from && !answer->injected &&
	       answer->segment.sport == wire->segment.dport &&
	       answer->segment.dport == wire->segment.sport;
}

/*
 * A FIN that finds the socket in the hands of close() is taken in when that is
 * done, behind the FIN which close() sends: that one does not acknowledge it.
 */
static void delay_crossing_fins(struct capture *capture)
{
	for (size_t i = 0; i < capture->count; i++) {
		struct captured *fin = &capture->wire[i];

		if (!(fin->segment.flags & SEG_FIN) || !fin->arrived)
			continue;
		for (size_t j = i + 1; j < capture->count; j++) {
			const struct captured *own = &capture->wire[j];

			if (answers(own, fin) && own->sent > fin->arrived &&
			    own->segment.flags & SEG_FIN &&
			    own->segment.ack == fin->segment.seq +
						fin->segment.length)
				fin->arrived = own->sent + 1;
		}
	}
}

static int match(struct capture *capture)
{
	for (size_t i = 0; i < capture->arrivals; i++) {
		struct captured *arrival = &capture->arrival[i];
		struct captured *wire = find_sent(capture, arrival);

		if (wire) {
			wire->arrived = arrival->sent;
			free(arrival->frame);
			arrival->frame = NULL;
			continue;
		}
		wire = append(&capture->wire, &capture->count, &capture->room);
		if (!wire)
			return -1;
		*wire = *arrival;
		arrival->frame = NULL;
		wire->arrived = wire->sent;
		wire->injected = true;
	}
	capture->arrivals = 0;
	if (capture->count)
		qsort(capture->wire, capture->count, sizeof(*capture->wire),
		      by_sent);
	delay_crossing_fins(capture);
	return 0;
}

int capture_read(struct capture *capture)
{
	/*
	 * The arrivals first: of every one of them, the sending has been seen
	 * by the time it is looked for.
	 */
	static const enum direction order[] = { ARRIVED, SENT };

	for (int i = 0; i < 2; i++)
		for (int side = 0; side < 2; side++)
			if (drain(capture, side, order[i]))
				return -1;
	return match(capture);
}

unsigned int capture_lost(struct capture *capture)
{
	unsigned int lost = 0;

	for (int i = 0; i < CAPTURE_FDS; i++) {
		struct pcap_stat stat;

		if (capture->pcap[i / 2][i % 2] &&
		    !pcap_stats(capture->pcap[i / 2][i % 2], &stat))
			lost += stat.ps_drop;
	}
	return lost;
}

const struct captured *capture_segments(struct capture *capture, size_t *count)
{
	size_t n = capture->count;

	while (capture->mark && n && capture->wire[n - 1].sent > capture->mark)
		n--;
	*count = n;
	return capture->wire;
}

int capture_inject(struct capture *capture, int side, const struct captured *wire)
{
	/* A handle does not see what itself has sent. */
	return pcap_inject(capture->pcap[side][SENT], wire->frame,
			   wire->length) == (int)wire->length ? 0 : -1;
}

static void dump(pcap_dumper_t *dumper, const struct captured *wire)
{
	struct pcap_pkthdr header = {
		.ts.tv_sec = wire->sent / 1000000000,
		.ts.tv_usec = wire->sent % 1000000000,
		.caplen = wire->length,
		.len = wire->length,
	};

	pcap_dump((u_char *)dumper, &header, wire->frame);
}

/* Both are in the order of sending. */
static void dump_merged(pcap_dumper_t *dumper, const struct capture *one,
			const struct capture *other)
{
	size_t others = other ? other->count : 0;
	size_t i = 0, j = 0;

	while (i < one->count || j < others)
		if (j == others || (i < one->count &&
				    one->wire[i].sent <= other->wire[j].sent))
			dump(dumper, &one->wire[i++]);
		else
			dump(dumper, &other->wire[j++]);
}

int capture_save(const struct capture *capture, const struct capture *other,
		 const char *path, char *error, size_t size)
{
	pcap_t *dead = pcap_open_dead_with_tstamp_precision(DLT_EN10MB,
			SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
	pcap_dumper_t *dumper = dead ? pcap_dump_open(dead, path) : NULL;
	int ret = -1;

	if (!dumper) {
		snprintf(error, size, "%s", dead ? pcap_geterr(dead) :
			 strerror(ENOMEM));
		if (dead)
			pcap_close(dead);
		return -1;
	}
	dump_merged(dumper, capture, other);
	if (!pcap_dump_flush(dumper))
		ret = 0;
	else
		snprintf(error, size, "%s: %s", path, strerror(errno));
	pcap_dump_close(dumper);
	pcap_close(dead);
	return ret;
}
