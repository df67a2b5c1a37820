// SPDX-License-Identifier: GPL-2.0
#include "report.h"

#include "lab_sockets.h"
#include "lib/util.h"

#include <string.h>

/* The kernel's own counters that count closes. */
static bool about_closing(const char *name)
{
	static const char * const prefixes[] = {
		"Tcp.AttemptFails", "Tcp.EstabResets", "Tcp.OutRsts",
		"TcpExt.TCPAbort", "TcpExt.TCPTimeWaitOverflow", "TcpExt.TW",
	};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

const char *report_counter(const struct lab *lab, int side, size_t *index,
			   long *change)
{
	const struct readings *after = &lab->after[side];

	while (*index < after->count) {
		size_t i = (*index)++;
		const char *name = after->row[i].name;
		u64 before;

		if (i >= after->module && !about_closing(name))
			continue;
		/* No news to who knows how long TIME_WAIT is here. */
		if (reading_is_by_length(name))
			continue;
		if (!readings_find(&lab->before[side], name, &before) ||
		    before == after->row[i].value)
			continue;
		*change = (long)(after->row[i].value - before);
		return name;
	}
	return NULL;
}

/* More sockets than that are given by number alone. */
#define LISTED 8

static void sockets(FILE *out, const struct lab *lab, int side, bool times)
{
	char text[128];

	if (lab->last[side].count > LISTED) {
		fprintf(out, "  %c  %s\n", 'A' + side,
			lab_states(lab, side, text, sizeof(text)));
		return;
	}
	for (size_t i = 0; i < lab->last[side].count; i++) {
		const struct diag_socket *s = &lab->last[side].socket[i];

		if (s->state == ST_LISTEN || s->state == ST_CLOSE)
			continue;
		fprintf(out, "  %c  port %u to %u: %s", 'A' + side, s->local,
			s->remote, tcp_state_name(s->state));
		if (times && s->timer_ms)
			fprintf(out, " for %.1f s more",
				(double)s->timer_ms / 1000);
		fputc('\n', out);
	}
}

void report_end(FILE *out, const struct lab *lab, bool times)
{
	bool any = false;
	char text[128];

	for (int side = 0; side < lab_sides(lab); side++)
		any |= *lab_states(lab, side, text, sizeof(text));
	fprintf(out, "at the end%s\n", any ? "" : ": no socket is left");
	for (int side = 0; side < lab_sides(lab); side++)
		sockets(out, lab, side, times);
	fputs("counters that moved\n", out);
	for (int side = 0; side < lab_sides(lab); side++) {
		const char *name;
		size_t index = 0;
		long change;

		while ((name = report_counter(lab, side, &index, &change)))
			fprintf(out, "  %c  %-28s %+ld\n", 'A' + side, name,
				change);
	}
}
