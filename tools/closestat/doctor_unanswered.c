// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: requests that nobody answered: the client's FIN came first, or it waited no longer, or
 * the server closed.
 */
#include "doctor.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"

#include <stdlib.h>

struct unanswered {
	enum grade harm;
	const char *how;
	bool (*want)(const struct end_group *group);
	const char *seen;
	const char *why;
	const char *remedy;
};

static bool is_unanswered(const struct end_group *g)
{
	return g->served && g->kind == END_UNANSWERED;
}

static bool is_given_up(const struct end_group *g)
{
	return g->served && g->kind == END_GIVEN_UP;
}

static bool is_closed_on(const struct end_group *g)
{
	return g->kind == END_CLOSED_ON;
}

static const struct unanswered kinds[] = {
	{
		HARM_FAILS, "passive_fin", is_unanswered,
		"after the peer's FIN had come first",
		"A client that half-closes after its request (shutdown(SHUT_WR), nc -N) waits for an answer; a proxy that takes its FIN for an abort gives none (nginx: 499). A protocol that has no answers, as syslog, is well all the same",
		"nginx: proxy_ignore_client_abort on; others: answer before close()",
	},
	{
		HARM_RISK, "passive_fin", is_given_up,
		"when the client had waited, and closed",
		"The client's timeout, or that of a proxy before it, is shorter than an answer takes (nginx: 499). A protocol that has no answers, as syslog, is well all the same",
		"see why the answer takes so long: what is asked for it in turn; or a longer timeout at the client",
	},
	{
		HARM_RISK, "passive_fin", is_closed_on,
		"to what was sent, by the peer",
		"The peer's program, or a worker of it, failed or was stopped over it, or expects another protocol on that port, as TLS (curl: 'Empty reply from server', nginx: 'upstream prematurely closed connection'). A protocol that has no answers is well all the same",
		"see the log of the peer's program; run doctor there",
	},
	{
		HARM_RISK, "active_fin", is_closed_on,
		"to what had come, by the program",
		"The program, or a worker of it, failed or was stopped over a request, or expects another protocol, as TLS: its client sees 'Empty reply from server'. A protocol that has no answers is well all the same",
		"see the log of the program",
	},
};

static void tell(struct doctor *d, const struct ends *ends, const struct unanswered *u, bool now)
{
	struct ends_sum sum = ends_sum(ends, d->inode, u->how, NULL, u->want);
	char *who, *text, *idle, age[DURATION_SIZE];

	if (!sum.count)
		return;
	format_duration(sum.age_ms * US_PER_MS + monotonic_us() - d->began_us, age);
	who = doctor_ends_described(d, ends, u->how, NULL, u->want);
	idle = doctor_idle(sum.idle_max_us, ENDS_IDLE_US);
	text = doctor_text("%llu connection%s %s closed without one byte of answer %s%s", sum.count,
			   plural(sum.count), sum.count == 1 ? "was" : "were", u->seen, idle);
	if (now)
		doctor_find(d, u->harm, "unanswered", u->why, doctor_text("%s: %s", text, who),
			    doctor_text("%s", u->remedy));
	else
		doctor_find(d, HARM_EARLIER, "unanswered", u->why,
			    doctor_text("%s, before doctor looked, the last %s ago: %s. %s; remedy: %s",
					text, age, who, u->why, u->remedy),
			    doctor_text("%s", u->remedy));
	free(text);
	free(idle);
	free(who);
}

int doctor_unanswered(struct doctor *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		tell(d, d->ends, &kinds[i], true);
		tell(d, &d->past, &kinds[i], false);
	}
	return EXIT_OK;
}
