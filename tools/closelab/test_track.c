// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "lib/util.h"
#include "track.h"

#include <string.h>

#define ISN_A 4000000000u
#define ISN_B 1000u

static struct captured wire[16];
static size_t count;
static u64 now;

/* A segment of a side, numbers from the start; it arrives at once. */
static struct captured *put(int from, u8 flags, u32 seq, u32 ack,
			    u32 length)
{
	struct captured *w = &wire[count++];

	memset(w, 0, sizeof(*w));
	w->from = from;
	w->sent = ++now;
	w->arrived = ++now;
	w->segment.sport = from ? 50000 : 7000;
	w->segment.dport = from ? 7000 : 50000;
	w->segment.seq = seq + (from ? ISN_B : ISN_A);
	w->segment.ack = ack + (from ? ISN_A : ISN_B);
	w->segment.flags = flags;
	w->segment.length = length;
	return w;
}

static void handshake(void)
{
	count = 0;
	now = 0;
	put(1, SEG_SYN, 0, 0, 0);
	put(0, SEG_SYN | SEG_ACK, 0, 1, 0);
	put(1, SEG_ACK, 1, 1, 0);
}

/* Whether all that was put is one connection that ends like this. */
static bool ends(int a, int b)
{
	size_t tracks;
	struct track *track = track_all(wire, count, &tracks);
	bool good = track && tracks == 1 && track[0].state[0] == a &&
		    track[0].state[1] == b;

	track_free(track, tracks);
	return good;
}

static void orderly(void)
{
	handshake();
	test(ends(ST_ESTABLISHED, ST_ESTABLISHED), "handshake");
	put(1, SEG_FIN | SEG_ACK, 1, 1, 0);
	test(ends(ST_CLOSE_WAIT, ST_FIN_WAIT1), "first FIN");
	put(0, SEG_ACK, 1, 2, 0);
	test(ends(ST_CLOSE_WAIT, ST_FIN_WAIT2), "its ACK");
	put(0, SEG_FIN | SEG_ACK, 1, 2, 0);
	test(ends(ST_LAST_ACK, ST_TIME_WAIT), "second FIN");
	put(1, SEG_ACK, 2, 2, 0);
	test(ends(ST_CLOSE, ST_TIME_WAIT), "last ACK");
	put(1, SEG_SYN, 900000, 0, 0);
	wire[count - 1].segment.seq = ISN_B + 900000;
	{
		size_t tracks;
		struct track *track = track_all(wire, count, &tracks);

		test(track && tracks == 2 &&
		     track[1].state[1] == ST_SYN_SENT,
		     "a SYN begins a second connection on the ports");
		track_free(track, tracks);
	}
}

static void simultaneous(void)
{
	struct captured *a, *b;

	handshake();
	a = put(0, SEG_FIN | SEG_ACK, 1, 1, 0);
	b = put(1, SEG_FIN | SEG_ACK, 1, 1, 0);
	a->arrived = ++now;
	b->arrived = ++now;
	test(ends(ST_CLOSING, ST_CLOSING), "FINs cross");
	put(0, SEG_ACK, 2, 2, 0);
	test(ends(ST_CLOSING, ST_TIME_WAIT), "one is acknowledged");
	put(1, SEG_ACK, 2, 2, 0);
	test(ends(ST_TIME_WAIT, ST_TIME_WAIT), "the other too");
}

static void three(void)
{
	handshake();
	put(0, SEG_FIN | SEG_ACK, 1, 1, 0);
	put(1, SEG_FIN | SEG_ACK, 1, 2, 0);
	test(ends(ST_TIME_WAIT, ST_LAST_ACK), "FIN with the ACK of a FIN");
}

static void lost(void)
{
	handshake();
	put(1, SEG_FIN | SEG_ACK, 1, 1, 0)->arrived = 0;
	test(ends(ST_ESTABLISHED, ST_FIN_WAIT1), "a lost FIN");
	put(1, SEG_FIN | SEG_ACK, 1, 1, 0);
	test(ends(ST_CLOSE_WAIT, ST_FIN_WAIT1), "and again");
}

static void unfinished(void)
{
	handshake();
	put(0, SEG_ACK | SEG_PSH, 1, 1, 3);
	put(0, SEG_FIN | SEG_ACK, 4, 1, 0);
	put(1, SEG_ACK, 1, 4, 0);
	test(ends(ST_FIN_WAIT1, ST_CLOSE_WAIT),
	     "an ACK of the data is none of the FIN");
	put(1, SEG_RST | SEG_ACK, 1, 5, 0);
	test(ends(ST_CLOSE, ST_CLOSE), "a reset ends both");
}

static void challenged(void)
{
	handshake();
	put(1, SEG_ACK | SEG_PSH, 1, 1, 3)->arrived = 0;
	put(1, SEG_RST | SEG_ACK, 4, 1, 0);
	test(ends(ST_ESTABLISHED, ST_CLOSE),
	     "a reset with another number than expected");
	put(0, SEG_ACK, 1, 1, 0);
	put(1, SEG_RST, 1, 0, 0);
	test(ends(ST_CLOSE, ST_CLOSE), "and with that one");
}

static void refused(void)
{
	count = 0;
	put(1, SEG_SYN, 0, 0, 0);
	put(0, SEG_RST | SEG_ACK, 0, 1, 0);
	test(ends(ST_CLOSE, ST_CLOSE), "refused");
}

static void injected(void)
{
	handshake();
	put(1, SEG_RST, 1, 0, 0)->injected = true;
	test(ends(ST_ESTABLISHED, ST_ESTABLISHED), "an injected segment");
}

int main(void)
{
	size_t tracks;

	orderly();
	simultaneous();
	three();
	lost();
	unfinished();
	challenged();
	refused();
	injected();
	track_free(track_all(wire, 0, &tracks), 0);
	test(tracks == 0, "no segment, no connection");
	return tap_end();
}
