// SPDX-License-Identifier: GPL-2.0
/* doctor: sockets that stay in a state somebody should have left. */
#include "doctor.h"
#include "holders.h"
#include "msg.h"

#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOWN_HOLDERS 3

/*
 * Those of a state that wait for a program; orphans wait for the peer, and have a timeout.
 * In CLOSE_WAIT there are none: without an inode it is one that nobody has accepted.
 */
static size_t select_waiting(const struct doctor *d, u8 state, u32 *inodes)
{
	size_t n = 0;

	for (size_t i = 0; i < d->lingering.n; i++) {
		const struct sock *s = &d->lingering.v[i];

		if (s->state == state && (s->inode || state == TCP_CLOSE_WAIT))
			inodes[n++] = s->inode;
	}
	return n;
}

/* "nginx/12 (5), leaky/13 (2) and 4 more, a listener that has not accepted them (3)" */
static char *describe(u32 *inodes, size_t n)
{
	struct holders holders;
	size_t unaccepted = 0;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return doctor_text("?");
	holders_read(inodes, n, &holders);
	for (size_t i = 0; i < holders.n && i < SHOWN_HOLDERS; i++)
		fprintf(f, "%s%s/%d (%zu)", i ? ", " : "", holders.v[i].command, holders.v[i].pid,
			holders.v[i].n);
	if (holders.n > SHOWN_HOLDERS)
		fprintf(f, " and %zu more", holders.n - SHOWN_HOLDERS);
	for (size_t i = 0; i < n; i++)
		unaccepted += !inodes[i];
	if (unaccepted)
		fprintf(f, "%sa listener that has not accepted them (%zu)", holders.n ? ", " : "",
			unaccepted);
	else if (!holders.n)
		fputs("a process that may not be looked into", f);
	holders_free(&holders);
	fclose(f);
	return text;
}

static void check(struct doctor *d, u8 state, const char *name, const char *label,
		  const char *why, const char *filter)
{
	u32 *inodes = calloc(d->lingering.n + 1, sizeof(*inodes));
	size_t n = inodes ? select_waiting(d, state, inodes) : 0;
	char *who;

	if (n) {
		who = describe(inodes, n);
		doctor_find(d, name, why,
			    doctor_text("%zu sockets stay in %s, held by %s", n, label, who),
			    doctor_text("ss -tnp state %s", filter));
		free(who);
	}
	free(inodes);
}

int doctor_sockets(struct doctor *d)
{
	check(d, TCP_CLOSE_WAIT, "close_wait", "CLOSE_WAIT",
	      "The peer has closed, the program has not: it ignores the end of its input, and has no timeout to save it",
	      "close-wait");
	check(d, TCP_FIN_WAIT2, "fin_wait2", "FIN_WAIT2",
	      "The program has shut down its side and waits for a peer that does not: for a socket still held there is no timeout",
	      "fin-wait-2");
	return EXIT_OK;
}
