// SPDX-License-Identifier: GPL-2.0
/* What doctor judges by. */
#include "lib/tap.h"

#include "../ct_stat.h"
#include "../ends.h"
#include "../port_scan.h"
#include "../port_set.h"
#include "../rst_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserved_ports(void)
{
	EXPECT(!port_set_count("", 1, 65535));
	EXPECT(!port_set_count("\n", 1, 65535));
	EXPECT(port_set_count("8080\n", 1, 65535) == 1);
	EXPECT(port_set_count("40250-40499", 40000, 40499) == 250);
	EXPECT(port_set_count("1,30000-40001,40499-50000", 40000, 40499) == 3);
	EXPECT(!port_set_count("9-3", 1, 65535));
	EXPECT(port_set_count("5,x,6", 1, 65535) == 1);
}

static bool drops(const char *text, u64 no_room, u64 clashed)
{
	char copy[512];
	struct ct_drops d;

	snprintf(copy, sizeof(copy), "%s", text);
	d = ct_drops_parse(copy);
	return d.no_room == no_room && d.clashed == clashed;
}

/* A line for each CPU, hexadecimal. */
static void tracking_drops(void)
{
	EXPECT(drops("", 0, 0));
	EXPECT(drops("entries  drop insert_failed\n", 0, 0));
	EXPECT(drops("entries  drop insert_failed\n00000009  00000010 00000000\n", 16, 0));
	EXPECT(drops("entries  drop insert_failed\n9  4 3\n9  2 2\n", 1, 5));
	EXPECT(drops("entries insert_failed early_drop drop\n9 1 7 0000000b\n", 10, 1));
	EXPECT(drops("entries insert_failed drop\n9 4\n", 0, 4));
}

/* The list with 80, 8080, 8081 and 65535 in it. */
static bool adds(const char *list, const char *wanted)
{
	static bool ports[PORT_SET_SIZE];
	char *with;
	bool ok;

	ports[80] = true;
	ports[8080] = true;
	ports[8081] = true;
	ports[PORT_SET_SIZE - 1] = true;
	with = port_set_add(list, ports);
	ok = with && !strcmp(with, wanted);
	free(with);
	return ok;
}

static void ports_to_reserve(void)
{
	static const bool none[PORT_SET_SIZE];
	char *with = port_set_add("7-9\n", none);

	EXPECT(with && !strcmp(with, "7-9"));
	free(with);
	EXPECT(adds("", "80,8080-8081,65535"));
	EXPECT(adds("\n", "80,8080-8081,65535"));
	EXPECT(adds("443,8000-8080\n", "443,8000-8080,80,8081,65535"));
	EXPECT(adds("1-65535\n", "1-65535"));
}

static bool serves_8080(u64 netns, u16 sport, u16 dport, void *data)
{
	(void)data;
	return (netns == 7 && sport == 8080) || sport < dport;
}

static void add(struct ends *ends, const char *fields)
{
	char line[256] = "x-1 [0] ... 7.000001: tcp_close: netns=7 ";
	struct trace_line l;

	strcat(line, fields);
	EXPECT(!trace_line_parse(line, "tcp_close", &l));
	ends_add(ends, &l, serves_8080, NULL);
}

static void ends_are_grouped(void)
{
	struct ends e = { 0 };

	add(&e, "saddr=::ffff:10.0.0.1 sport=80 daddr=::ffff:10.0.0.2 dport=40000 ended=rst_sent rst=linger");
	add(&e, "saddr=::ffff:10.0.0.1 sport=40001 daddr=::1 dport=443 ended=timeout rst=- idle_us=5");
	add(&e, "saddr=::ffff:10.0.0.1 sport=40002 daddr=::1 dport=443 ended=timeout rst=- idle_us=9");
	/* A service of a high port, with a client of a lower one. */
	add(&e, "saddr=::1 sport=8080 daddr=::1 dport=1024 ended=passive_fin rst=- bytes_sent=0 bytes_received=3");
	ends_sort(&e);
	EXPECT(e.n == 3);
	EXPECT(e.v[0].count == 2 && e.v[0].port == 443 && !e.v[0].served);
	EXPECT(e.v[0].idle_max_us == 9 && e.v[0].kind == END_PLAIN);
	EXPECT(e.v[0].netns == 7 && !strcmp(e.v[0].peer, "::1"));
	for (size_t i = 1; i < e.n; i++) {
		const struct end_group *g = &e.v[i];

		EXPECT(g->count == 1 && g->served);
		if (g->port == 80)
			EXPECT(!strcmp(g->peer, "10.0.0.2") && !strcmp(g->cause, "linger"));
		else
			EXPECT(g->port == 8080 && g->kind == END_UNANSWERED);
	}
	ends_free(&e);
	EXPECT(!e.n);
}

static void groups_are_merged(void)
{
	struct ends e = { 0 }, more = { 0 };

	ends_merge(&e, &more);
	EXPECT(!e.n);
	add(&e, "saddr=::1 sport=40001 daddr=::1 dport=443 ended=timeout rst=- idle_us=5 age_ms=7");
	add(&more, "saddr=::1 sport=40002 daddr=::1 dport=443 ended=timeout rst=- idle_us=9 age_ms=8");
	add(&more, "saddr=::1 sport=40003 daddr=::1 dport=443 ended=timeout rst=- idle_us=3 age_ms=4");
	add(&more, "saddr=::1 sport=80 daddr=::1 dport=40000 ended=rst_sent rst=linger");
	ends_merge(&e, &more);
	EXPECT(e.n == 2 && more.n == 2);
	EXPECT(e.v[0].count == 3 && e.v[0].idle_max_us == 9 && e.v[0].age_ms == 4);
	EXPECT(e.v[1].count == 1 && e.v[1].port == 80);
	ends_free(&e);
	ends_free(&more);
}

/* One server, one client: what they have in common does not make them one kind. */
static void kinds_are_told_apart(void)
{
	static const char *const after_close[] = {
		"idle_us=300000 bytes_sent=9 bytes_received=9",
		"idle_us=900000 bytes_sent=9 bytes_received=9000000",
		"idle_us=299999 bytes_sent=9 bytes_received=65536",
		"idle_us=299999 bytes_sent=9 bytes_received=65535",
		"idle_us=- bytes_sent=- bytes_received=-",
	};
	static const char *const fin[] = { "bytes_sent=0 bytes_received=3",
		"bytes_sent=1 bytes_received=3", "bytes_sent=0 bytes_received=0" };
	struct ends e = { 0 };
	char line[200];

	for (size_t i = 0; i < ARRAY_SIZE(after_close); i++) {
		snprintf(line, sizeof(line), "sport=8080 daddr=::1 dport=40000 ended=rst_sent rst=data_after_close %s",
			 after_close[i]);
		add(&e, line);
	}
	EXPECT(e.n == 3);
	EXPECT(e.v[0].kind == END_IDLE && e.v[0].count == 2 && e.v[0].idle_max_us == 900000);
	EXPECT(e.v[1].kind == END_UPLOAD && e.v[1].count == 1);
	EXPECT(e.v[2].kind == END_PLAIN && e.v[2].count == 2);
	for (size_t i = 0; i < ARRAY_SIZE(fin); i++) {
		snprintf(line, sizeof(line), "sport=8080 daddr=::1 dport=40000 ended=passive_fin rst=- %s",
			 fin[i]);
		add(&e, line);
	}
	/* Good ends of a server are left out. */
	EXPECT(e.n == 4);
	EXPECT(e.v[3].kind == END_UNANSWERED && e.v[3].count == 1);
	ends_free(&e);
}

/* What one event becomes: its kind, or -1 where it is left out. */
static int kind_of(const char *fields)
{
	struct ends e = { 0 };
	int kind;

	add(&e, fields);
	kind = e.n ? (int)e.v[0].kind : -1;
	ends_free(&e);
	return kind;
}

#define SERVED "sport=8080 dport=40000 ended="
#define CLIENT "sport=40000 dport=80 ended="
#define SSHD "sport=22 dport=40000 ended="

static void of_whom_and_when(void)
{
	static const struct {
		const char *fields;
		int kind;
	} rows[] = {
		{ SERVED "passive_fin idle_us=2000000 bytes_sent=0 bytes_received=70",
		  END_GIVEN_UP },
		{ SERVED "passive_fin idle_us=2000000 bytes_sent=5 bytes_received=70", -1 },
		{ SERVED "active_fin bytes_sent=5 bytes_received=70", -1 },
		{ CLIENT "active_fin bytes_sent=5 bytes_received=70", END_PLAIN },
		{ SERVED "rst_received bytes_sent=0 bytes_received=0", END_PROBE },
		{ SERVED "rst_received bytes_sent=0 bytes_received=-", END_PLAIN },
		{ CLIENT "rst_received bytes_sent=0 bytes_received=0", END_PLAIN },
		{ SERVED "rst_received bytes_sent=90 bytes_received=0", END_PLAIN },
		{ SSHD "rst_received bytes_sent=90 bytes_received=0", END_GREETED },
		{ SSHD "rst_received bytes_sent=9000 bytes_received=0", END_PLAIN },
		{ SSHD "rst_received bytes_sent=90 bytes_received=1", END_PLAIN },
		{ CLIENT "rst_received bytes_sent=9 bytes_received=0", END_PLAIN },
		{ CLIENT "rst_received last_ack_us=0 idle_us=9", END_PLAIN },
		{ CLIENT "rst_received last_ack_us=7 idle_us=900000", END_CLOSED },
		{ SERVED "rst_received last_ack_us=7 idle_us=9", END_CLOSED },
		{ SERVED "rst_received last_ack_us=7 idle_us=900000", END_PLAIN },
		{ SERVED "rst_received last_ack_us=7", END_PLAIN },
		{ CLIENT "other bytes_sent=0 bytes_received=0", END_GIVEN_UP },
		{ CLIENT "other bytes_sent=1 bytes_received=0", END_PLAIN },
		{ SERVED "rst_sent rst=linger idle_us=9 bytes_sent=5 bytes_received=1",
		  END_ANSWERED },
		{ SERVED "rst_sent rst=linger idle_us=300000 bytes_sent=5 bytes_received=1",
		  END_PLAIN },
		{ SERVED "rst_sent rst=linger idle_us=- bytes_sent=5 bytes_received=1", END_PLAIN },
		{ CLIENT "rst_sent rst=linger idle_us=9 bytes_sent=5 bytes_received=1", END_PLAIN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT(kind_of(rows[i].fields) == rows[i].kind);
}

static void packet(struct rst_watch *w, u8 flags, u8 seq, size_t len)
{
	u8 p[40] = { [0] = 0x45, [9] = 6, [16] = 10, [19] = 2, [20] = 0x20, [21] = 0xfb };

	p[27] = seq;
	p[33] = flags;
	rst_watch_packet(w, p, len);
}

static void answers_to_syns(void)
{
	struct rst_watch w = { .fd = -1 };

	packet(&w, 0x14, 0, 40);
	packet(&w, 0x14, 0, 40);
	/* Nothing acknowledged, a sequence number, cut short, nothing. */
	packet(&w, 0x04, 0, 40);
	packet(&w, 0x14, 1, 40);
	packet(&w, 0x14, 0, 39);
	packet(&w, 0x14, 0, 0);
	EXPECT(w.n == 1 && w.v[0].count == 2 && w.v[0].port == 8443);
	EXPECT(w.n_strays == 1 && w.strays[0].count == 1 && !w.strays[0].late);
	EXPECT(w.v[0].family == AF_INET && w.v[0].peer.s6_addr[3] == 2);
	rst_watch_close(&w);
	EXPECT(!w.n);
}

static void ended(struct rst_watch *w, const char *dport, const char *how)
{
	char line[256];
	struct trace_line l;

	snprintf(line, sizeof(line), "7.000001: tcp_close: saddr=::ffff:10.0.0.1 sport=8443 daddr=::ffff:10.0.0.2 dport=%s ended=%s",
		 dport, how);
	EXPECT(!trace_line_parse(line, "tcp_close", &l));
	gone_add(&w->gone, &l);
}

static void strays_of(struct rst_watch *w, u8 port, size_t times)
{
	u8 p[40] = { [0] = 0x45, [9] = 6, [12] = 10, [15] = 1, [16] = 10, [19] = 2,
		     [20] = 0x20, [21] = 0xfb, [23] = port, [27] = 1, [33] = 0x04 };

	while (times--)
		rst_watch_packet(w, p, sizeof(p));
}

static void answers_to_strays(void)
{
	struct rst_watch w = { .fd = -1 };

	/* Of one that ended before, of one that turns out to have, of none, of one that expired. */
	ended(&w, "1", "rst_sent");
	strays_of(&w, 1, 1);
	EXPECT(!w.n_strays);
	strays_of(&w, 2, 1);
	w.late = true;
	strays_of(&w, 3, 2);
	strays_of(&w, 4, 1);
	EXPECT(w.n_strays == 3);
	EXPECT(w.n_sources == 1 && w.sources[0].count == 5 && w.sources[0].src.s6_addr[3] == 1);
	ended(&w, "2", "passive_fin");
	ended(&w, "4", "fin_wait2_expired");
	rst_watch_forget(&w);
	EXPECT(w.n_strays == 2 && !w.n);
	EXPECT(w.strays[0].conn.dport == 3 && w.strays[0].count == 2 && w.strays[0].late);
	EXPECT(w.strays[0].conn.sport == 8443 && w.strays[0].src.s6_addr[3] == 1);
	EXPECT(!gone_expired(&w.gone, &w.strays[0].conn));
	EXPECT(w.strays[1].conn.dport == 4 && gone_expired(&w.gone, &w.strays[1].conn));
	rst_watch_close(&w);
	EXPECT(!w.n_strays && !w.n_sources && !w.gone.bits && !w.gone.n_expired);
}

/* @n ports from @port on, each asked for so often by the peer of that number. */
static size_t ask(struct refusal *v, u8 peer, u16 port, size_t n, u64 times)
{
	for (size_t i = 0; i < n; i++)
		v[i] = (struct refusal){ .family = AF_INET, .port = port + i, .count = times,
					 .peer.s6_addr[0] = peer, .age_ms = 100 - peer };
	return n;
}

static void scans_of_ports(void)
{
	struct refusal v[256];
	struct port_scan scan;
	size_t n;

	EXPECT(!port_scan_part(v, 0, &scan) && !scan.syns && !scan.ports && !scan.peers);
	/* A service that has gone, of many clients; those of a whole application. */
	for (n = 0; n < 40;)
		n += ask(&v[n], n, 80, 1, 1);
	EXPECT(port_scan_part(v, n, &scan) == 40 && !scan.syns);
	n = ask(v, 1, 8000, PORT_SCAN_PORTS - 1, 2);
	EXPECT(port_scan_part(v, n, &scan) == n && !scan.ports && !scan.peers);
	n += ask(&v[n], 1, 9000, 1, 2);
	EXPECT(!port_scan_part(v, n, &scan) && scan.ports == n && scan.peers == 1);
	EXPECT(scan.syns == 2 * n && scan.age_ms == 99);
	/* Four scanners, and one client; the last of them asks for what it wants besides. */
	for (n = 0; n < 160;)
		n += ask(&v[n], 1 + n / 40, 1000, 40, 1);
	n += ask(&v[n], 9, 1007, 1, PORT_SCAN_ASKED + 1);
	n += ask(&v[n], 4, 5432, 1, 50);
	EXPECT(port_scan_part(v, n, &scan) == 2 && v[0].port == 5432 && v[1].port == 1007);
	EXPECT(scan.syns == 160 && scan.ports == 40 && scan.peers == 4 && scan.age_ms == 96);
	/* Everybody asks for a port of his own; many for the same. */
	for (n = 0; n < 20;)
		n += ask(&v[n], n, 2000 + n, 1, 1);
	for (; n < 28;)
		n += ask(&v[n], n, 80, 1, 1);
	EXPECT(port_scan_part(v, n, &scan) == 8 && v[7].port == 80 && scan.peers == 20);
}

/* A scan from here: each connect() refused on a port of its own, but one on the last again. */
static void scans_from_here(void)
{
	struct ends e = { 0 };
	size_t scanned = 0;
	char line[120];

	for (int port = 1; port <= 5000; port++) {
		snprintf(line, sizeof(line), "sport=40000 daddr=::1 dport=%d ended=connect_failed rst=- errno=111 comm=x",
			 port);
		add(&e, line);
		if (port == PORT_SCAN_PORTS - 1) {
			ends_sort(&e);
			EXPECT(e.v[0].kind == END_PLAIN);
		}
	}
	for (int i = 0; i < 9; i++)
		add(&e, "sport=40000 daddr=::1 dport=99 ended=connect_failed rst=- errno=111 comm=x");
	ends_sort(&e);
	EXPECT(e.v[0].kind == END_SCAN && e.v[0].count > 900);
	EXPECT(e.v[1].kind == END_PLAIN && e.v[1].count == 10 && e.v[1].port == 99);
	for (size_t i = 2; i < e.n; i++)
		scanned += e.v[i].kind == END_SCAN && e.v[i].count == 1;
	EXPECT(scanned == e.n - 2);
	ends_free(&e);
}

int main(void)
{
	tap_begin(11);
	RUN(reserved_ports);
	RUN(tracking_drops);
	RUN(ports_to_reserve);
	RUN(ends_are_grouped);
	RUN(scans_of_ports);
	RUN(scans_from_here);
	RUN(groups_are_merged);
	RUN(kinds_are_told_apart);
	RUN(of_whom_and_when);
	RUN(answers_to_syns);
	RUN(answers_to_strays);
	return tap_end();
}
