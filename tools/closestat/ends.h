/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that ended while doctor watched, put together by what they have in common. Pure. */
#ifndef CLOSESTAT_ENDS_H
#define CLOSESTAT_ENDS_H

#include "lib/units.h"
#include "trace_line.h"

#include <stdbool.h>
#include <stddef.h>

#define ENDS_WORD 24
#define ENDS_ADDRESS 48

/* A connection that was silent for so long was idle, not in the middle of something. */
#define ENDS_IDLE_US (300 * US_PER_MS)

/* Differences between ends that are otherwise alike. */
enum end_kind {
	END_PLAIN,
	END_IDLE,		/* data met a close(), after both sides had been silent */
	END_UPLOAD,		/* the same, in the middle of much that came in; or a download */
	END_UNANSWERED,		/* the client's FIN came first, and nothing was sent */
	END_GIVEN_UP,		/* the same, after a silence; or a connect() closed */
	END_CLOSED_ON,		/* the server's FIN came first, and nothing was sent */
	END_PROBE,		/* reset by a client before a byte had gone either way */
	END_GREETED,		/* the same after a greeting of the server */
	END_CLOSED,		/* reset by the peer in LAST_ACK: nothing was waited for here */
	END_ANSWERED,		/* a server's reset by SO_LINGER, right after data */
	END_SCAN,		/* refused on one of many ports of a host, by ends_sort() */
};

struct end_group {
	u64 netns;
	char how[ENDS_WORD];		/* as in the rows ended_* */
	char cause[ENDS_WORD];		/* as in the rows rst_sent_*; "-" for no reset of ours */
	char peer[ENDS_ADDRESS];
	char program[ENDS_WORD];	/* "" if the event does not tell */
	char err[ENDS_WORD];		/* of a connect() that failed; "" if not told */
	u16 port;			/* the service's: ours if served, else the peer's */
	bool served;			/* we are the server */
	enum end_kind kind;
	bool crowded;			/* those of other ports, refused, had no room but here */
	u64 count;
	u64 idle_max_us;
	u64 age_ms;			/* of the latest, where that is told */
};

struct ends {
	struct end_group *v;	/* those that count most first, after ends_sort() */
	size_t n;
};

/**
 * ends_add - count a connection
 * @ends: where
 * @line: its event; fields that are not there are done without
 * @serves: tells whether this side is the server, by the ports of both
 * @data: passed to @serves
 */
void ends_add(struct ends *ends, const struct trace_line *line,
	      bool (*serves)(u64 netns, u16 sport, u16 dport, void *data), void *data);

/**
 * ends_merge - add connections to others
 * @ends: where
 * @more: those to be added
 */
void ends_merge(struct ends *ends, const struct ends *more);

/* Several groups together. */
struct ends_sum {
	u64 count;
	u64 age_ms;		/* of the latest */
	u64 idle_max_us;
};

/**
 * ends_sum - add groups up
 * @ends: which, or NULL
 * @netns: of this namespace
 * @how: as in the rows ended_*
 * @cause: as in the rows rst_sent_*, NULL for any
 * @want: which of these, NULL for all
 */
struct ends_sum ends_sum(const struct ends *ends, u64 netns, const char *how, const char *cause,
			 bool (*want)(const struct end_group *group));

/**
 * ends_match - tell whether a group is of a kind
 * @group: which
 *
 * The others as ends_sum() has them.
 */
bool ends_match(const struct end_group *group, u64 netns, const char *how, const char *cause,
		bool (*want)(const struct end_group *group));

/**
 * ends_sort - put the groups that count most first, and find port scans among them
 * @ends: which
 *
 * One program that is refused on PORT_SCAN_PORTS ports of a host and more, and on none of them more
 * than PORT_SCAN_ASKED times, looks for what is open there.
 */
void ends_sort(struct ends *ends);

/**
 * ends_free - release them
 * @ends: may be zeroed
 */
void ends_free(struct ends *ends);

#endif
