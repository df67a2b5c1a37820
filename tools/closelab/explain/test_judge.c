// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>

#include "judge.h"
#include "notes.h"
#include "table.h"
#include "lib/tap.h"

#define MS 1000000LL
#define CLIENT 0
#define SERVER 1

static struct table table;
static uint64_t frame;
static int64_t now;
static uint8_t ttl = 64;
static uint32_t sack;	/* right edge, from the start of the other's numbers */
static uint32_t isn[2];

/* A segment, numbers from the start; it comes 10 ms after the one before. */
static void put(int from, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t length)
{
	struct packet p = {
		.family = AF_INET, .frame = ++frame, .at = now += 10 * MS,
		.sport = from ? 7000 : 50000, .dport = from ? 50000 : 7000,
		.seq = isn[from] + seq, .ack = isn[!from] + ack, .length = length,
		.flags = flags, .ttl = ttl, .window = 60000, .wscale = -1,
		.id = frame, .has_sack = sack, .sack_right = isn[!from] + sack,
	};

	p.src[0] = from;
	p.dst[0] = !from;
	if (!(flags & SEG_ACK))
		p.ack = 0;
	table_take(&table, &p);
}

static void begin(void)
{
	table_free(&table);
	table_init(&table, false);
	isn[CLIENT] = 4294967290U;
	isn[SERVER] = 1000;
	frame = 0;
	now = 1000000 * MS;
	ttl = 64;
	sack = 0;
}

static void handshake(void)
{
	put(CLIENT, SEG_SYN, 0, 0, 0);
	put(SERVER, SEG_SYN | SEG_ACK, 0, 1, 0);
	put(CLIENT, SEG_ACK, 1, 1, 0);
}

static bool ended(size_t index, enum word client, enum word server, enum holder holder)
{
	struct judgement j;
	const struct conn *conn;

	table_finish(&table);
	if (index >= table.count)
		return false;
	conn = table.all[index];
	judge(conn, now, &j);
	return j.end[conn->client].word == client && j.end[!conn->client].word == server &&
	       j.holder == holder;
}

static uint32_t causes(int side)
{
	struct judgement j;

	judge(table.all[0], now, &j);
	return j.end[side].causes;
}

static void orderly(void)
{
	begin();
	handshake();
	test(ended(0, WORD_OPEN, WORD_OPEN, HOLDER_NONE), "handshake");
	put(CLIENT, SEG_FIN | SEG_ACK, 1, 1, 0);
	put(SERVER, SEG_ACK, 1, 2, 0);
	test(ended(0, WORD_HALF_CLOSED, WORD_HALF_CLOSED, HOLDER_NONE), "half closed");
	put(SERVER, SEG_FIN | SEG_ACK, 1, 2, 0);
	put(CLIENT, SEG_ACK, 2, 2, 0);
	test(ended(0, WORD_ACTIVE_FIN, WORD_PASSIVE_FIN, HOLDER_CLIENT), "client first");
	put(SERVER, SEG_RST, 2, 0, 0);
	test(ended(0, WORD_ACTIVE_FIN, WORD_PASSIVE_FIN, HOLDER_NONE),
	     "a RST after that is not the end, but that of TIME_WAIT");
}

static void crossing(void)
{
	for (int first = 0; first < 2; first++) {
		begin();
		handshake();
		put(first, SEG_FIN | SEG_ACK, 1, 1, 0);
		put(!first, SEG_FIN | SEG_ACK, 1, 1, 0);
		put(first, SEG_ACK, 2, 2, 0);
		put(!first, SEG_ACK, 2, 2, 0);
		test(ended(0, WORD_SIMULTANEOUS_FIN, WORD_SIMULTANEOUS_FIN, HOLDER_BOTH),
		     "FINs cross, whoever's is captured first");
	}
}

static void resets(void)
{
	begin();
	handshake();
	put(CLIENT, SEG_RST | SEG_ACK, 1, 1, 0);
	test(ended(0, WORD_RST_SENT, WORD_RST_RECEIVED, HOLDER_NONE) &&
	     causes(CLIENT) == CAUSE_LINGER, "an abort without data is linger");
	begin();
	handshake();
	put(SERVER, SEG_ACK | SEG_PSH, 1, 1, 10);
	put(CLIENT, SEG_RST | SEG_ACK, 1, 11, 0);
	test(ended(0, WORD_RST_SENT, WORD_RST_RECEIVED, HOLDER_NONE) &&
	     causes(CLIENT) == (CAUSE_LINGER | CAUSE_UNREAD_DATA),
	     "with data, linger or unread data");
	begin();
	handshake();
	put(CLIENT, SEG_FIN | SEG_ACK, 1, 1, 0);
	put(SERVER, SEG_ACK | SEG_PSH, 1, 2, 10);
	put(CLIENT, SEG_RST, 2, 0, 0);
	test(ended(0, WORD_RST_SENT, WORD_RST_RECEIVED, HOLDER_NONE) &&
	     causes(CLIENT) == CAUSE_DATA_AFTER_CLOSE, "data after close");
	begin();
	handshake();
	put(SERVER, SEG_RST, 500, 0, 0);
	put(CLIENT, SEG_ACK, 1, 1, 0);
	put(SERVER, SEG_ACK | SEG_PSH, 1, 1, 3);
	test(ended(0, WORD_OPEN, WORD_OPEN, HOLDER_NONE), "in the window: challenged");
	begin();
	handshake();
	ttl = 250;
	put(SERVER, SEG_RST | SEG_ACK, 1, 1, 0);
	ttl = 64;
	test(ended(0, WORD_RST_RECEIVED, WORD_OPEN, HOLDER_NONE) &&
	     causes(CLIENT) == CAUSE_BETWEEN, "another TTL: sent by something between");
}

/* What a RST in another's name cannot know. */
static void forged(void)
{
	for (int kind = 0; kind < 3; kind++) {
		struct packet p = {
			.family = AF_INET, .sport = 7000, .dport = 50000, .ttl = 64,
			.flags = SEG_RST | SEG_ACK, .wscale = -1,
		};

		begin();
		handshake();
		/* One by one, as the numbers of its packets are. */
		for (int i = 0; i < 5; i++)
			put(SERVER, SEG_ACK | SEG_PSH, 1 + i, 1, 1);
		p.src[0] = 1;
		p.frame = ++frame;
		p.at = now += 10 * MS;
		p.seq = isn[SERVER] + 6;
		p.ack = isn[CLIENT] + 1;
		p.id = kind ? 30000 : frame;
		p.window = kind == 1 ? 5 : 60000;
		table_take(&table, &p);
		test(ended(0, WORD_RST_RECEIVED, kind == 1 ? WORD_OPEN : WORD_RST_SENT,
			   HOLDER_NONE),
		     kind == 1 ? "neither its identification nor its window fits" :
		     "one of them fits");
	}
}

/* tcp_sequence(): what was acknowledged last is in the window. */
static void at_the_edge(void)
{
	struct reset *r;

	begin();
	handshake();
	put(SERVER, SEG_ACK | SEG_PSH, 1, 1, 10);
	put(SERVER, SEG_ACK | SEG_PSH, 11, 1, 10);
	put(CLIENT, SEG_ACK, 1, 11, 0);
	put(SERVER, SEG_RST | SEG_ACK, 11, 1, 0);
	r = table.all[0]->reset;
	test(r && r->fate == FATE_CHALLENGED, "a RST at what was acknowledged last");
	put(CLIENT, SEG_ACK, 1, 21, 0);
	put(SERVER, SEG_RST | SEG_ACK, 11, 1, 0);
	test(r[1].fate == FATE_IGNORED, "and before it");
}

/* tcp_validate_incoming(): what it has of the sender's data ends there. */
static void at_the_sack_edge(void)
{
	begin();
	handshake();
	put(SERVER, SEG_ACK | SEG_PSH, 11, 1, 10);
	sack = 21;
	put(CLIENT, SEG_ACK, 1, 1, 0);
	sack = 0;
	put(SERVER, SEG_ACK | SEG_PSH, 21, 1, 10);
	put(SERVER, SEG_RST | SEG_ACK, 21, 1, 0);
	test(table.all[0]->reset->fate == FATE_BELIEVED,
	     "a RST at the rightmost SACK edge");
}

/* Windows acknowledges the data first. */
static void data_after_close_elsewhere(void)
{
	begin();
	handshake();
	put(SERVER, SEG_FIN | SEG_ACK, 1, 1, 0);
	put(CLIENT, SEG_ACK | SEG_PSH, 1, 2, 10);
	put(SERVER, SEG_RST | SEG_ACK, 2, 11, 0);
	test(ended(0, WORD_RST_RECEIVED, WORD_RST_SENT, HOLDER_NONE) &&
	     causes(SERVER) & CAUSE_DATA_AFTER_CLOSE, "data after close, by RST with ACK");
}

static void never(void)
{
	begin();
	put(CLIENT, SEG_SYN, 0, 0, 0);
	isn[SERVER] = 0;
	put(SERVER, SEG_RST | SEG_ACK, 0, 1, 0);
	test(ended(0, WORD_CONNECT_FAILED, WORD_NO_SOCKET, HOLDER_NONE), "refused");
	begin();
	put(CLIENT, SEG_SYN, 0, 0, 0);
	put(SERVER, SEG_SYN | SEG_ACK, 0, 1, 0);
	put(CLIENT, SEG_RST, 1, 0, 0);
	test(ended(0, WORD_NO_SOCKET, WORD_NOT_ESTABLISHED, HOLDER_NONE), "half-open scan");
	begin();
	ttl = 42;
	put(CLIENT, SEG_SYN, 0, 0, 0);
	ttl = 64;
	put(SERVER, SEG_SYN | SEG_ACK, 0, 1, 0);
	put(CLIENT, SEG_RST, 1, 0, 0);
	test(ended(0, WORD_NO_SOCKET, WORD_NOT_ESTABLISHED, HOLDER_NONE),
	     "half-open scan, its SYN made with another TTL");
	begin();
	put(CLIENT, SEG_SYN, 0, 0, 0);
	now += 1000 * MS;
	put(CLIENT, SEG_SYN, 0, 0, 0);
	test(ended(0, WORD_OPEN, WORD_NOT_SEEN, HOLDER_NONE), "SYNs, as far as captured");
	now += 10000 * MS;
	test(ended(0, WORD_CONNECT_FAILED, WORD_NOT_SEEN, HOLDER_NONE), "and then no more");
}

static void reuse(void)
{
	begin();
	handshake();
	put(CLIENT, SEG_FIN | SEG_ACK, 1, 1, 0);
	put(SERVER, SEG_FIN | SEG_ACK, 1, 2, 0);
	put(CLIENT, SEG_ACK, 2, 2, 0);
	isn[CLIENT] += 1000000;
	isn[SERVER] += 1000000;
	handshake();
	test(table.count == 2 && ended(0, WORD_ACTIVE_FIN, WORD_PASSIVE_FIN, HOLDER_CLIENT) &&
	     ended(1, WORD_OPEN, WORD_OPEN, HOLDER_NONE), "the same ports again");
	begin();
	handshake();
	isn[CLIENT] += 1000000;
	put(CLIENT, SEG_SYN, 0, 0, 0);
	isn[CLIENT] -= 1000000;
	put(SERVER, SEG_ACK, 1, 1, 0);
	put(CLIENT, SEG_RST, 1, 0, 0);
	isn[CLIENT] += 1000000;
	isn[SERVER] += 1000000;
	handshake();
	test(table.count == 2 && ended(0, WORD_RST_SENT, WORD_RST_RECEIVED, HOLDER_NONE) &&
	     ended(1, WORD_OPEN, WORD_OPEN, HOLDER_NONE), "a SYN meets an old connection");
}

/* Whose a segment is, where its SYN was not captured, or is in doubt. */
static void parted(void)
{
	begin();
	handshake();
	put(CLIENT, SEG_FIN | SEG_ACK, 1, 1, 0);
	put(SERVER, SEG_FIN | SEG_ACK, 1, 2, 0);
	put(CLIENT, SEG_ACK, 2, 2, 0);
	put(SERVER, SEG_ACK, 2, 2, 0);
	test(table.count == 1, "what comes late is of the connection that has ended");
	isn[CLIENT] += 0x1000000;
	isn[SERVER] += 0x2000000;
	put(CLIENT, SEG_ACK | SEG_PSH, 1, 1, 5);
	test(table.count == 2, "what is far from its numbers is of a later one");
	begin();
	handshake();
	isn[CLIENT] += 1000000;
	put(CLIENT, SEG_SYN, 0, 0, 0);
	isn[CLIENT] -= 1000000;
	put(SERVER, SEG_ACK, 1, 1, 0);
	put(CLIENT, SEG_RST, 1, 0, 0);
	isn[CLIENT] += 1000000;
	now -= 20 * MS;
	frame -= 3;
	put(CLIENT, SEG_SYN, 0, 0, 0);
	test(table.count == 1 && table.all[0]->copies == 1,
	     "a SYN that met a connection, captured again after that has ended");
	frame += 2;
	put(CLIENT, SEG_SYN, 0, 0, 0);
	test(table.count == 2, "and sent again, at once after its RST");
}

/* What was captured lacks the end of the handshake. */
static void no_ack_of_the_syn_ack(void)
{
	for (int kind = 0; kind < 2; kind++) {
		begin();
		put(CLIENT, SEG_SYN, 0, 0, 0);
		put(SERVER, SEG_SYN | SEG_ACK, 0, 1, 0);
		put(SERVER, SEG_RST | SEG_ACK, 1, kind ? 4 : 1, 0);
		test(ended(0, WORD_RST_RECEIVED,
			   kind ? WORD_RST_SENT : WORD_NOT_ESTABLISHED, HOLDER_NONE),
		     kind ? "a RST that acknowledges data: it was established" :
		     "a RST within the handshake");
	}
}

/* The capture is at the server, and its ACK meets the client's FIN on the way. */
static void fin_again(void)
{
	for (int late = 0; late < 2; late++) {
		begin();
		handshake();
		put(CLIENT, SEG_FIN | SEG_ACK, 1, 1, 0);
		put(SERVER, SEG_FIN | SEG_ACK, 1, 1, 0);
		put(SERVER, SEG_ACK, 2, 2, 0);
		now += late ? 1000 * MS : 0;
		put(CLIENT, SEG_FIN | SEG_ACK, 1, 2, 0);
		table_finish(&table);
		test(conn_state(table.all[0], CLIENT) == (late ? ST_CLOSING : ST_TIME_WAIT),
		     late ? "a FIN sent again: its ACK was lost" :
		     "a FIN sent again while its ACK is under way");
	}
}

static void copies(void)
{
	begin();
	for (int i = 0; i < 3; i++) {
		struct packet p = {
			.family = AF_INET, .frame = ++frame, .at = now + i,
			.flags = SEG_FIN | SEG_ACK, .id = 7, .ttl = 64, .wscale = -1,
		};

		table_take(&table, &p);
	}
	test(table.count == 1 && table.all[0]->copies == 2 &&
	     table.all[0]->end[0].fins == 1, "captured three times, sent once");
}

/* The files of two taps, one behind the other */
static void one_direction_first(void)
{
	int64_t start;

	begin();
	start = now;
	now += 1 * MS;
	put(SERVER, SEG_SYN | SEG_ACK, 0, 1, 0);
	put(SERVER, SEG_ACK | SEG_PSH, 1, 11, 10);
	put(SERVER, SEG_FIN | SEG_ACK, 11, 12, 0);
	now = start;
	put(CLIENT, SEG_SYN, 0, 0, 0);
	put(CLIENT, SEG_ACK | SEG_PSH, 1, 1, 10);
	put(CLIENT, SEG_FIN | SEG_ACK, 11, 11, 0);
	put(CLIENT, SEG_ACK, 12, 12, 0);
	table_finish(&table);
	test(table.count == 1 && table.all[0]->client == 1, "the server first, then the client");
}

static void to_itself(void)
{
	struct judgement j;
	struct notes notes;
	bool itself = false, one = false;

	begin();
	for (int i = 0; i < 4; i++) {
		static const uint8_t flags[] = {
			SEG_SYN, SEG_SYN | SEG_ACK, SEG_FIN | SEG_ACK, SEG_ACK,
		};
		struct packet p = {
			.family = AF_INET, .frame = ++frame, .at = now += 10 * MS,
			.sport = 7000, .dport = 7000, .seq = i ? i - 1 : 0,
			.ack = i ? 1 + i / 3 : 0, .flags = flags[i], .id = i + 1, .ttl = 64,
			.window = 60000, .wscale = -1,
		};

		table_take(&table, &p);
	}
	table_finish(&table);
	judge(table.all[0], now, &j);
	notes_make(table.all[0], &j, &notes);
	for (int i = 0; i < notes.count; i++) {
		itself |= !!strstr(notes.text[i], "connected to itself");
		one |= !!strstr(notes.text[i], "one direction");
	}
	test(table.count == 1 && itself && !one && !(j.end[0].causes & CAUSE_ONE_DIRECTION),
	     "a socket that is connected to itself");
}

int main(void)
{
	table_init(&table, false);
	orderly();
	crossing();
	resets();
	forged();
	at_the_edge();
	at_the_sack_edge();
	data_after_close_elsewhere();
	never();
	reuse();
	parted();
	fin_again();
	no_ack_of_the_syn_ack();
	copies();
	one_direction_first();
	to_itself();
	table_free(&table);
	return tap_end();
}
