// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>

#include "between.h"
#include "joint.h"
#include "judge.h"
#include "notes.h"
#include "lib/tap.h"

#define CLIENT 0
#define SERVER 1

static struct table tables[2];
static uint64_t frame;

/* A segment that one capture, or both, have seen. */
static void put(int which, int from, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t length)
{
	struct packet p = {
		.family = AF_INET6, .frame = ++frame, .at = (int64_t)frame * 10000000,
		.sport = from ? 7000 : 50000, .dport = from ? 50000 : 7000,
		.seq = seq, .ack = ack, .length = length, .flags = flags, .ttl = 64,
		.window = 60000, .wscale = -1,
	};

	p.src[15] = from;
	p.dst[15] = !from;
	for (int i = 0; i < 2; i++)
		if (which & 1 << i)
			table_take(&tables[i], &p);
}

static void clear(int which)
{
	table_free(&tables[which]);
	table_init(&tables[which], true);
	tables[which].control = true;
	tables[1].key = tables[0].key;
}

/* @which: who has what the server sends, as put() has it */
static void begin_with(int which)
{
	clear(0);
	clear(1);
	frame = 0;
	put(3, CLIENT, SEG_SYN, 99, 0, 0);
	put(which, SERVER, SEG_SYN | SEG_ACK, 299, 100, 0);
	put(3, CLIENT, SEG_ACK, 100, 300, 0);
}

static void begin(void)
{
	begin_with(3);
}

/* The other capture begins behind the handshake. */
static void begin_later(void)
{
	begin();
	clear(1);
	put(3, CLIENT, SEG_ACK, 100, 300, 10);
	put(3, SERVER, SEG_ACK, 300, 110, 0);
}

static struct between compare(struct judgement *j)
{
	struct between between = { .count = -1 };
	struct joint joint;
	struct conn *far;

	joint_init(&joint, &tables[0], &tables[1]);
	far = joint.peer[0];
	if (far) {
		between_blame(tables[0].all[0], far);
		between_compare(tables[0].all[0], far, &between);
	}
	judge(tables[0].all[0], 1000000000, j);
	joint_free(&joint);
	return between;
}

static bool says(const struct between *b, const char *word)
{
	return b->count == 1 && !b->left_out && strstr(b->text[0], word);
}

/* A scanner takes the same number each time; the second SYN-ACK is lost. Hours are between. */
static bool joins_scans(void)
{
	struct joint joint;
	bool good;

	begin();
	put(3, CLIENT, SEG_RST | SEG_ACK, 100, 300, 0);
	frame += 1000000;
	put(3, CLIENT, SEG_SYN, 99, 0, 0);
	put(2, SERVER, SEG_SYN | SEG_ACK, 7299, 100, 0);
	frame += 1000000;
	put(3, CLIENT, SEG_RST, 100, 0, 0);
	put(3, CLIENT, SEG_SYN, 99, 0, 0);
	put(3, SERVER, SEG_SYN | SEG_ACK, 9299, 100, 0);
	joint_init(&joint, &tables[0], &tables[1]);
	good = tables[0].count == 3 && tables[1].count == 3;
	for (size_t i = 0; good && i < 3; i++)
		good = joint.peer[i] == tables[1].all[i];
	joint_free(&joint);
	return good;
}

int main(void)
{
	struct judgement j;
	struct notes notes;
	struct between b;

	begin();
	put(3, CLIENT, SEG_FIN | SEG_ACK, 100, 300, 0);
	b = compare(&j);
	test(!b.count, "both have seen the same");
	put(1, CLIENT, SEG_FIN | SEG_ACK, 100, 300, 0);
	b = compare(&j);
	test(says(&b, "FIN of the client lost"), "one of two FINs is lost");

	begin();
	put(1, SERVER, SEG_RST | SEG_ACK, 300, 100, 0);
	b = compare(&j);
	test(says(&b, "RST not sent by the server") && j.end[CLIENT].word == WORD_RST_RECEIVED &&
	     j.end[CLIENT].causes == CAUSE_BETWEEN && j.end[SERVER].word == WORD_OPEN,
	     "a RST that its sender has not sent");
	notes_make(tables[0].all[0], &j, &notes);
	test(notes.count == 1 && strstr(notes.text[0], "not in its own capture"),
	     "a note says by what that is known");

	begin();
	put(1, CLIENT, SEG_RST | SEG_ACK, 100, 300, 0);
	b = compare(&j);
	test(says(&b, "RST of the client lost") && j.end[CLIENT].word == WORD_RST_SENT &&
	     j.end[SERVER].word == WORD_OPEN, "a RST that is lost ends nobody but its sender");

	begin();
	put(1, CLIENT, SEG_RST | SEG_ACK, 100, 300, 0);
	put(3, SERVER, SEG_ACK, 300, 100, 7);
	put(3, CLIENT, SEG_RST, 100, 0, 0);
	b = compare(&j);
	test(says(&b, "RST of the client lost") && j.end[CLIENT].word == WORD_RST_SENT &&
	     j.end[SERVER].word == WORD_RST_RECEIVED, "what asks for another one, which arrives");

	begin();
	put(3, CLIENT, SEG_ACK, 100, 300, 10);
	put(1, CLIENT, SEG_ACK, 110, 300, 7);
	b = compare(&j);
	test(says(&b, "last 7 "), "data that has not arrived");

	begin();
	/* Offload: in one piece here, in two there. */
	put(1, SERVER, SEG_FIN | SEG_ACK, 300, 100, 20);
	put(2, SERVER, SEG_ACK, 300, 100, 10);
	put(2, SERVER, SEG_FIN | SEG_ACK, 310, 100, 10);
	b = compare(&j);
	test(!b.count, "how data is cut does not matter");

	begin();
	for (int i = 0; i < 200; i++)
		put(1, SERVER, SEG_RST, 1 + i, 0, 0);
	b = compare(&j);
	test(b.left_out && b.count <= MAX_BETWEEN, "more than is remembered");

	begin();
	tables[1].all[0]->end[0].isn++;
	b = compare(&j);
	test(b.count < 0, "another connection on the same ports");

	begin_later();
	put(1, SERVER, SEG_RST | SEG_ACK, 300, 100, 0);
	b = compare(&j);
	test(b.count == 1 && b.left_out && strstr(b.text[0], "RST not sent by the server"),
	     "what one capture begins behind is not lost");

	begin_with(1);
	put(1, SERVER, SEG_FIN | SEG_ACK, 300, 100, 0);
	put(3, CLIENT, SEG_ACK, 100, 301, 0);
	b = compare(&j);
	test(!b.count && b.left_out, "a capture of one direction does not say that the other was not there");

	test(joins_scans(), "the same number in each connection: they are joined in order");
	for (int i = 0; i < 2; i++)
		table_free(&tables[i]);
	return tap_end();
}
