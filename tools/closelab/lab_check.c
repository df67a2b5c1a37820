// SPDX-License-Identifier: GPL-2.0
#include "lab_check.h"

#include "lab.h"
#include "lab_wait.h"
#include "lib/util.h"
#include "track.h"

#include <stdio.h>
#include <string.h>

/* How long what is already on its way may take to be seen. */
#define SETTLE_SECONDS 10

/* The length of a TIME_WAIT of the kernel's own. */
#define KERNEL_TIME_WAIT_MS 60000

/* All segments of one side of a connection, as struct segments has them. */
static void sent_text(const struct track *track, const struct captured *wire,
		      int side, char *text, size_t size)
{
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < track->moves && len < size; i++) {
		const struct move *move = &track->move[i];
		const struct captured *w = &wire[move->wire];
		char flags[6], data[16] = "";

		if (w->from != side || move->arrival != w->injected)
			continue;
		if (w->segment.length)
			snprintf(data, sizeof(data), ":%u", w->segment.length);
		len += snprintf(text + len, size - len, "%s%s%s%s",
				len ? " " : "",
				segment_flags(w->segment.flags, flags), data,
				w->injected ? "*" : w->arrived ? "" : "!");
	}
}

/* A comparison that complains, or only says whether all is as expected. */
static int compare_segments(struct lab *lab, void *data)
{
	const struct segments *want = lab->scenario->segments;
	bool complain = data, same;
	size_t count, tracks, wanted = 0;
	const struct captured *wire = capture_segments(lab->capture, &count);
	struct track *track = track_all(wire, count, &tracks);
	char got[1024];

	if (!track)
		return lab_fail(lab, "out of memory");
	while (want[wanted].side[0])
		wanted++;
	same = tracks == wanted;
	if (!same && complain)
		lab_fail(lab, "%zu connections on the link instead of %zu",
			 tracks, wanted);
	for (size_t i = 0; i < 2 * tracks && i < 2 * wanted; i++) {
		const char *text = want[i / 2].side[i % 2];

		sent_text(&track[i / 2], wire, i % 2, got, sizeof(got));
		lab->checks += complain;
		if (!strcmp(text, got))
			continue;
		same = false;
		if (complain)
			lab_fail(lab, "connection %zu: %c sent \"%s\" instead of \"%s\"",
				 i / 2 + 1, (int)('A' + i % 2), got, text);
	}
	track_free(track, tracks);
	return same;
}

int lab_check_segments(struct lab *lab)
{
	unsigned int lost;

	if (!lab->scenario->segments)
		return 0;
	if (lab_settle(lab, SETTLE_SECONDS, compare_segments, NULL) < 0)
		return -1;
	lost = capture_lost(lab->capture);
	if (lost)
		return lab_fail(lab, "the capture missed %u segments", lost);
	return compare_segments(lab, lab) == 1 ? 0 : -1;
}

/* How soon a SYN is repeated, in milliseconds: no route can change that. */
#define SYN_RTO 1000

static bool same_again(const struct packet *a, const struct packet *b)
{
	return a->sport == b->sport && a->dport == b->dport &&
	       a->seq == b->seq && a->length == b->length &&
	       a->flags == b->flags &&
	       (a->length || a->flags & (SEG_SYN | SEG_FIN));
}

static bool stalled(struct lab *lab, struct capture *capture)
{
	size_t count;
	const struct captured *wire = capture_segments(capture, &count);

	for (size_t i = 0; i < count; i++) {
		u64 ms = wire[i].segment.flags & SEG_SYN ? SYN_RTO :
			      scenario_rto_ms(lab->scenario);

		if (wire[i].injected || !wire[i].arrived)
			continue;
		for (size_t j = i + 1; j < count; j++) {
			if (wire[j].from != wire[i].from || wire[j].injected ||
			    !same_again(&wire[i].segment, &wire[j].segment) ||
			    /* less what the kernel's ticks may be off */
			    wire[j].sent - wire[i].sent < ms * 900000)
				continue;
			lab->again = "the machine stood still, and a segment was repeated";
			return true;
		}
	}
	return false;
}

bool lab_check_stall(struct lab *lab)
{
	return stalled(lab, lab->capture) ||
	       (lab->front && stalled(lab, lab->front));
}

/* The side that closes a connection first, and how; empty: none. */
static void first_close(const struct track *track, const struct captured *wire,
			enum leg leg, char *text, size_t size)
{
	*text = '\0';
	for (size_t i = 0; i < track->moves && !*text; i++) {
		const struct captured *w = &wire[track->move[i].wire];

		if (!track->move[i].arrival &&
		    w->segment.flags & (SEG_FIN | SEG_RST))
			snprintf(text, size, "%c %s", 'A' + (int)leg + w->from,
				 w->segment.flags & SEG_RST ? "RST" : "FIN");
	}
}

static int check_leg(struct lab *lab, enum leg leg, struct capture *capture)
{
	const char *want = lab->scenario->closing[leg];
	size_t count, tracks;
	const struct captured *wire = capture_segments(capture, &count);
	struct track *track = track_all(wire, count, &tracks);
	char got[16];

	if (!tracks)
		lab_fail(lab, "no connection between %c and %c",
			 'A' + (int)leg, 'B' + (int)leg);
	for (size_t i = 0; i < tracks; i++) {
		first_close(&track[i], wire, leg, got, sizeof(got));
		lab->checks++;
		if (strcmp(got, want))
			lab_fail(lab, "connection %zu of %c and %c was first closed by \"%s\" instead of \"%s\"",
				 i + 1, 'A' + (int)leg, 'B' + (int)leg, got,
				 want);
	}
	track_free(track, tracks);
	return lab->failures ? -1 : 0;
}

int lab_check_closing(struct lab *lab)
{
	if (lab->scenario->closing[BACK] && check_leg(lab, BACK, lab->capture))
		return -1;
	return lab->scenario->closing[FRONT] ?
	       check_leg(lab, FRONT, lab->front) : 0;
}

static long expected_of(const struct change *changes, int side,
			const char *name)
{
	for (const struct change *c = changes; c && c->name; c++)
		if ((int)c->side == side && !strcmp(c->name, name))
			return c->delta;
	return 0;
}

static const struct change *changes_of(const struct lab *lab)
{
	return lab->outcome ? lab->outcome->changes : lab->scenario->changes;
}

/*
 * What a row must have changed by. A scenario's table is for TIME_WAITs of the
 * kernel's own length; a shorter one also counts as shortened, and the lab has
 * waited for its end.
 */
static long expected(const struct lab *lab, int side, const char *name)
{
	const struct change *changes = changes_of(lab);
	long tw = expected_of(changes, side, "time_wait");

	if (lab->options.time_wait_ms >= 0 &&
	    lab->options.time_wait_ms != KERNEL_TIME_WAIT_MS &&
	    !strcmp(name, "time_wait_shortened"))
		return expected_of(changes, side, "time_wait_entered");
	if (lab->waited_out && !strcmp(name, "time_wait"))
		return 0;
	if (lab->waited_out && !strcmp(name, "time_wait_expired"))
		return expected_of(changes, side, name) + tw;
	return expected_of(changes, side, name);
}

static long change_of(const struct lab *lab, int side, const char *name,
		      bool *known)
{
	u64 before = 0, after = 0;

	*known = readings_find(&lab->before[side], name, &before) &&
		 readings_find(&lab->after[side], name, &after);
	return (long)(after - before);
}

/* The rows that the contract of the module names; others may come later. */
static bool checked(const char *name)
{
	return strcmp(name, "version") && strcmp(name, "records") &&
	       !reading_is_by_length(name);
}

static bool compare_row(struct lab *lab, int side, const char *name,
			bool complain)
{
	bool known;
	long got = change_of(lab, side, name, &known);
	long want = expected(lab, side, name);

	if (!known)
		return true;
	lab->checks += complain;
	if (got == want)
		return true;
	if (complain)
		lab_fail(lab, "counter %s of %c changed by %ld instead of %ld",
			 name, 'A' + side, got, want);
	return false;
}

/* TIME_WAITs by what chose their length are all that began. */
static bool compare_lengths(struct lab *lab, int side, bool complain)
{
	bool kernel, tuned, known;
	long sum = change_of(lab, side, "time_wait_started_kernel", &kernel) +
		   change_of(lab, side, "time_wait_started_tuned", &tuned) +
		   change_of(lab, side, "time_wait_guarded", &known);
	long entered = change_of(lab, side, "time_wait_entered", &known);

	if (!kernel || !tuned || sum == entered)
		return true;
	if (complain)
		lab_fail(lab, "%c: %ld TIME_WAITs by their length, %ld that began",
			 'A' + side, sum, entered);
	return false;
}

static int compare_counters(struct lab *lab, void *data)
{
	bool complain = data, same = true;

	for (int side = 0; side < lab_sides(lab); side++) {
		struct readings *after = &lab->after[side];
		int err = readings_take(lab->ns[side], after);

		if (err)
			return lab_fail(lab, "cannot read the counters: %s",
					strerror(-err));
		for (size_t i = 0; i < after->module; i++)
			if (checked(after->row[i].name))
				same &= compare_row(lab, side,
						    after->row[i].name,
						    complain);
		same &= compare_lengths(lab, side, complain);
	}
	/* Of the kernel's own, those that the scenario names. */
	for (const struct change *c = changes_of(lab); c && c->name; c++)
		if (strchr(c->name, '.'))
			same &= compare_row(lab, c->side, c->name, complain);
	return same;
}

int lab_check_counters(struct lab *lab)
{
	/* Where nothing is expected they are only read, to be shown. */
	if (!changes_of(lab))
		return compare_counters(lab, NULL) < 0 ? -1 : 0;
	if (lab_settle(lab, SETTLE_SECONDS, compare_counters, NULL) < 0)
		return -1;
	return compare_counters(lab, lab) == 1 ? 0 : -1;
}
