// SPDX-License-Identifier: GPL-2.0
#include "show.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ladder.h"

/* The server is side A, on the left, as in the lab. */
static int lab_side(const struct conn *conn, int side)
{
	return side == conn->client ? B : A;
}

static size_t shown_steps(const struct kept *kept)
{
	return kept->count < KEEP_FIRST + KEEP_LAST ? kept->count :
						      KEEP_FIRST + KEEP_LAST;
}

/* The segments that were kept, in order; between the first and the last a gap. */
static const struct step_seen *step_at(const struct kept *kept, size_t i)
{
	uint64_t n = i;

	if (i < KEEP_FIRST)
		return &kept->first[i];
	if (kept->count > KEEP_FIRST + KEEP_LAST)
		n = kept->count - (KEEP_FIRST + KEEP_LAST) + i;
	return &kept->last[(n - KEEP_FIRST) % KEEP_LAST];
}

static void describe(const struct conn *conn, const struct step_seen *s,
		     struct row *row)
{
	const char *syn = s->flags & SEG_SYN ? "SYN " : "";
	const char *fin = s->flags & SEG_FIN ? "FIN " : "";
	const char *rst = s->flags & SEG_RST ? "RST " : "";
	int len;

	row->flags = s->flags;
	row->length = s->length;
	row->seq = s->seq - conn->end[s->side].isn;
	len = snprintf(row->text, sizeof(row->text), "%s%s%s%sseq=%u", syn, fin, rst,
		       s->flags & SEG_ACK ? "ACK " : "", row->seq);
	if (s->flags & SEG_ACK) {
		row->ack = s->ack - conn->end[!s->side].isn;
		len += snprintf(row->text + len, sizeof(row->text) - len, " ack=%u",
				row->ack);
	}
	if (s->length)
		snprintf(row->text + len, sizeof(row->text) - len, " len=%u", s->length);
}

static void fill(const struct conn *conn, struct ladder *ladder)
{
	const struct kept *kept = conn->kept;
	size_t steps = shown_steps(kept);
	int state[2] = {
		ladder->first[lab_side(conn, 0)], ladder->first[lab_side(conn, 1)],
	};

	for (size_t i = 0; i < steps; i++) {
		const struct step_seen *s = step_at(kept, i);
		struct row *row = &ladder->row[ladder->rows++];

		if (i == KEEP_FIRST && kept->count > steps) {
			row->kind = ROW_NOTE;
			row->side = B;
			row->at = s->at - conn->start;
			snprintf(row->text, sizeof(row->text), "%llu segments left out",
				 (unsigned long long)(kept->count - steps));
			row = &ladder->row[ladder->rows++];
		}
		row->kind = ROW_SEGMENT;
		row->side = lab_side(conn, s->side);
		row->at = s->at - conn->start;
		describe(conn, s, row);
		for (int side = 0; side < 2; side++) {
			int now = s->state[side];

			if (now != ST_UNKNOWN && now != state[side])
				row->state[lab_side(conn, side)] = now;
			state[side] = now;
		}
	}
}

int show_ladder(FILE *out, FILE *svg, const struct shown *shown)
{
	const struct conn *conn = shown->conn;
	struct draw_options options = {
		.times = true,
		.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
		.unicode = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
	char client[END_TEXT], server[END_TEXT], title[2 * END_TEXT + 8];
	struct scenario scenario = { .title = title };
	struct lab lab = { .scenario = &scenario };
	struct ladder ladder = { 0 };

	ladder.row = calloc(shown_steps(conn->kept) + 2, sizeof(*ladder.row));
	if (!ladder.row)
		return -1;
	for (int side = 0; side < 2; side++) {
		ladder.port[lab_side(conn, side)] = conn->end[side].port;
		ladder.first[lab_side(conn, side)] = conn->opener < 0 ? ST_ESTABLISHED :
			side == conn->opener ? ST_CLOSE : ST_LISTEN;
	}
	fill(conn, &ladder);
	snprintf(title, sizeof(title), "%s > %s", show_end(conn, conn->client, client),
		 show_end(conn, !conn->client, server));
	if (out) {
		fprintf(out, "\n%s\n\n", title);
		ladder_text(out, &ladder, 1, &options);
	}
	if (svg)
		ladder_svg(svg, &lab, &ladder, 1);
	free(ladder.row);
	return 0;
}
