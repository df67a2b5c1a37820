// SPDX-License-Identifier: GPL-2.0
#include "holes.h"

#include <string.h>

#include "bytes.h"

void note_hole(struct end *e, uint32_t from, uint32_t to)
{
	if (e->holes == MAX_HOLES) {
		e->hole[MAX_HOLES - 1][1] = to;
		return;
	}
	e->hole[e->holes][0] = from;
	e->hole[e->holes][1] = to;
	e->holes++;
}

static void drop_hole(struct end *e, int i)
{
	e->holes--;
	memmove(&e->hole[i], &e->hole[i + 1],
		(e->holes - i) * sizeof(e->hole[0]));
}

void fill_holes(struct end *e, uint32_t from, uint32_t to)
{
	for (int i = e->holes; i-- > 0;) {
		uint32_t *hole = e->hole[i];

		if (!seq_before(hole[0], from) && !seq_after(hole[1], to))
			drop_hole(e, i);
		else if (!seq_before(hole[0], from) && seq_before(hole[0], to))
			hole[0] = to;
		else if (seq_before(hole[0], from) && seq_before(from, hole[1]))
			hole[1] = from;
	}
}

void cut_holes(struct end *e, uint32_t sent)
{
	for (int i = e->holes; i-- > 0;) {
		if (!seq_before(e->hole[i][0], sent))
			drop_hole(e, i);
		else if (seq_after(e->hole[i][1], sent))
			e->hole[i][1] = sent;
	}
}

void settle_holes(struct end *e, uint32_t ack)
{
	for (int i = e->holes; i-- > 0;) {
		if (seq_after(e->hole[i][1], ack))
			continue;
		e->missing += e->hole[i][1] - e->hole[i][0];
		drop_hole(e, i);
	}
}
