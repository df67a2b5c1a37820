// SPDX-License-Identifier: GPL-2.0
#include "lab_outcome.h"

#include "lab.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "track.h"

#include <stdio.h>
#include <string.h>

/* The states that a side went through after ESTABLISHED. */
static void path_text(const struct track *track, int side, char *text,
		      size_t size)
{
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < track->moves && len < size; i++) {
		const struct move *move = &track->move[i];

		if (move->side != side || !move->changed ||
		    move->state == ST_SYN_SENT || move->state == ST_SYN_RECV ||
		    move->state == ST_ESTABLISHED)
			continue;
		len += snprintf(text + len, size - len, "%s%s", len ? " " : "",
				tcp_state_name(move->state));
	}
}

/* A TIME_WAIT that was made short may be over by now. */
static bool left_as(struct lab *lab, int side, const char *path)
{
	const char *last = strrchr(path, ' ') + 1;
	char text[128];

	lab_states(lab, side, text, sizeof(text));
	return !strcmp(text, strcmp(last, "CLOSED") ? last : "") ||
	       (!*text && lab->options.time_wait_ms >= 0);
}

struct paths {
	char side[2][128];
};

static int has_ended(struct lab *lab, void *data)
{
	size_t count, tracks;
	const struct captured *wire = capture_segments(lab->capture, &count);
	struct track *track = track_all(wire, count, &tracks);
	char (*path)[128] = ((struct paths *)data)->side;

	for (int side = 0; side < 2 && tracks; side++)
		path_text(track, side, path[side], sizeof(path[side]));
	if (track)
		track_free(track, tracks);
	if (lab_look(lab, A) || lab_look(lab, B))
		return -1;
	for (const struct outcome *o = lab->scenario->outcomes; o->text; o++) {
		if (strcmp(path[A], o->path[A]) ||
		    strcmp(path[B], o->path[B]) ||
		    !left_as(lab, A, path[A]) || !left_as(lab, B, path[B]))
			continue;
		lab->outcome = o;
		return 1;
	}
	return 0;
}

int lab_outcome(struct lab *lab)
{
	struct paths paths = { { "", "" } };

	if (!lab_wait(lab, "an end that is known of it", 60, has_ended, &paths))
		return 0;
	return lab_fail(lab, "A went through \"%s\", B through \"%s\"",
			paths.side[A], paths.side[B]);
}
