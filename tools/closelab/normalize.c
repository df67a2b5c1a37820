// SPDX-License-Identifier: GPL-2.0
#include "normalize.h"

#include <string.h>

static bool is_segment(const struct row *row)
{
	return row->kind != ROW_CALL && row->kind != ROW_NOTE;
}

/* Whether there is one depends on how soon the application answers. */
static bool is_chance(const struct row *row)
{
	int state = row->state[A] | row->state[B];

	return is_segment(row) && row->flags == SEG_ACK && !row->length &&
	       (!state || state == ST_FIN_WAIT2);
}

static bool halves(const struct row *sent, const struct row *arrived)
{
	return sent->kind == ROW_SENT && arrived->kind == ROW_ARRIVED &&
	       sent->side == arrived->side && sent->seq == arrived->seq &&
	       sent->flags == arrived->flags;
}

void normalize_ladder(struct ladder *ladder)
{
	size_t kept = 0;

	for (size_t i = 0; i < ladder->rows; i++) {
		struct row *row = &ladder->row[i];
		struct row *last = kept ? &ladder->row[kept - 1] : NULL;

		if (is_chance(row))
			continue;
		if (last && halves(last, row)) {
			last->kind = ROW_SEGMENT;
			last->state[!last->side] = row->state[!row->side];
			continue;
		}
		ladder->row[kept++] = *row;
	}
	ladder->rows = kept;
}

void normalize_until_close(struct ladder *ladder)
{
	for (size_t i = 0; i < ladder->rows; i++) {
		const struct row *row = &ladder->row[i];

		if (row->flags & SEG_FIN ||
		    (row->kind == ROW_CALL && !strcmp(row->text, "close()"))) {
			ladder->rows = i;
			return;
		}
	}
}
