// SPDX-License-Identifier: GPL-2.0
/* doctor: sockets that stay in a closing state, whose, since when, and whether they become more. */
#include "doctor.h"
#include "endpoint.h"
#include "lib/units.h"
#include "msg.h"
#include "settings.h"
#include "sock_age.h"
#include "sysctl.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* A socket that has just entered its state is on its way, not stuck. */
#define YOUNG_MS 2000
/* With nothing but one look, what is so old is stuck. */
#define OLD_MS 5000
/* More than the pools of most clients keep for a service. */
#define MANY_IDLE 16
/* More than a server's last word. */
#define GOODBYE_BYTES 1024
/* Pairs, but for those of which one side has changed its state since the other was listed. */
#define PAIRS_PERCENT 90

enum why {
	WHY_UNACCEPTED,
	WHY_LEAK,
	WHY_POOL,
	WHY_MANY,
	WHY_HELD,
	WHY_RELAY,
	WHY_UNREAD_SERVER,
	WHY_UNREAD_CLIENT,
	WHY_ORPHAN_FIN_WAIT2,
	WHY_HELD_FIN_WAIT2,
	WHY_WINDOW_SHUT,
	WHY_NO_ACK,
	WHY_NO_ACK_HELD,
	WHY_SLOW,
	WHY_SENDS,
	WHY_RECEIVES,
	WHY_SHUT_HELD,
	WHY_NO_FILES,
};

static const char *const whys[] = {
	[WHY_UNACCEPTED] =
		"The peer has closed, and the program has not even accepted: it does not keep up, or hangs",
	[WHY_LEAK] =
		"A leak: the peer has closed, the program has not. It ignores the end of its input, and has no timeout to save it",
	[WHY_POOL] =
		"The peer has closed an idle connection of a client's pool, which sees that at its next use. A limited number is normal, as long as it does not grow",
	[WHY_MANY] =
		"The peer has closed, the program has not: idle connections of a large pool, which sees that at their next use, or a leak too slow for the time watched. A pool does not grow: look again later, or watch for longer (-d 600)",
	[WHY_HELD] =
		"The peer has closed, the program has not: it ignores the end of its input, or is busy; it does not grow now",
	[WHY_RELAY] =
		"A relay, or proxy, by the looks of it: as many FINs as have come it has passed on (shutdown(SHUT_WR)), and waits for the peer on the other side, which has not answered them with its own. The leak, or what hangs, is there; a timeout here for what is half-closed ends both sides",
	[WHY_UNREAD_SERVER] =
		"The peer has closed, and the program does not even read what came before: it hangs, or has forgotten them",
	[WHY_UNREAD_CLIENT] =
		"The peer has answered and closed, and the program reads neither: what it asked for and does not read to the end stays open, a leak",
	[WHY_ORPHAN_FIN_WAIT2] =
		"Closed here, but the peer keeps its side open (CLOSE_WAIT there); the kernel gives them up after tcp_fin_timeout",
	[WHY_HELD_FIN_WAIT2] =
		"The program has shut down its side and waits for a peer that does not: for a socket still held there is no timeout",
	[WHY_WINDOW_SHUT] =
		"The peer does not read, so what is left cannot be sent. An orphan ends after tcp_orphan_retries (0 means 8: up to minutes), where the peer still answers the probes after six minutes whatever that says, and counts towards tcp_max_orphans; 'closestat kill' ends it at once",
	[WHY_NO_ACK] =
		"The peer no longer acknowledges: it, or the way to it, is gone. They end after tcp_orphan_retries (0 means 8: up to minutes)",
	[WHY_NO_ACK_HELD] =
		"The peer no longer acknowledges: it, or the way to it, is gone. As the program still holds them they end after tcp_retries2 (15: a quarter of an hour), or its TCP_USER_TIMEOUT",
	[WHY_SLOW] =
		"Closed here, and what is left is on its way, as the peer acknowledges: it, or the way to it, is slow. An orphan counts towards tcp_max_orphans",
	[WHY_SENDS] =
		"Half-closed: the peer has sent all that it has to say, and is still sent its answer, as by nc -N, or a proxy that passes shutdown() on. All is well",
	[WHY_RECEIVES] =
		"Half-closed: the program has said all that it has to say, and the peer still sends. All is well",
	[WHY_SHUT_HELD] =
		"Half-closed by a peer that does not read what it is sent: its window is shut. For a socket that is still held nothing but TCP_USER_TIMEOUT ends that",
	[WHY_NO_FILES] =
		"The peer has closed, and the program cannot even accept: accept() fails with EMFILE ('too many open files'). See whether it closes what it has open, and raise LimitNOFILE= or ulimit -n",
};

/* Sockets in one state that one program has, on one port. */
struct stuck {
	u8 state;
	bool orphan;		/* closed by its program */
	bool unaccepted;
	bool served;
	bool flows;		/* closed on one side alone, and the other goes on */
	u16 port;
	const struct owner *owner;
	const struct sock *one;	/* of them, for the peer */
	size_t n;		/* now */
	size_t before;		/* when doctor began, those that have gone since included */
	size_t stay;		/* there all the time */
	bool peers_differ;
	u64 oldest_ms;
	bool exact;		/* the oldest is just that old, not older */
	bool processes_differ;
	u64 queued;		/* bytes not acknowledged, without the FIN */
	u64 unread;		/* bytes that came, without the FIN */
	size_t shut;		/* whose peer's window is shut */
	size_t retransmitting;
};

struct stuck_list {
	struct stuck *v;
	size_t n;
};

static int compare_cookies(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

static bool same_address(const struct in6_addr *a, const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static struct stuck describe(struct doctor *d, const struct sock *s)
{
	struct stuck k = { .state = s->state, .one = s };

	k.served = doctor_serves(d->inode, s->sport, s->dport, d);
	k.port = k.served ? s->sport : s->dport;
	k.orphan = !s->inode && s->state != TCP_CLOSE_WAIT;
	k.unaccepted = !s->inode && s->state == TCP_CLOSE_WAIT;
	k.owner = k.unaccepted ? doctor_listener(d, s->sport) : owners_find(&d->owners, s->inode);
	return k;
}

/* But for the holder. */
static bool are_alike(const struct stuck *a, const struct stuck *b)
{
	return a->state == b->state && a->orphan == b->orphan && a->port == b->port &&
	       a->unaccepted == b->unaccepted && a->served == b->served;
}

/* Whether another look found a socket in the same state. */
static bool was_seen(const struct socks *look, const struct sock *s)
{
	const struct sock *same = look->n ?
		bsearch(s, look->v, look->n, sizeof(*s), compare_cookies) : NULL;

	return same && same->state == s->state;
}

static struct stuck *find(struct stuck_list *list, const struct stuck *k)
{
	const char *command = k->owner ? k->owner->command : "";
	struct stuck *more;

	for (size_t i = 0; i < list->n; i++) {
		struct stuck *v = &list->v[i];

		if (!are_alike(v, k) || v->flows != k->flows ||
		    strcmp(v->owner ? v->owner->command : "", command))
			continue;
		v->processes_differ |= v->owner && k->owner && v->owner->pid != k->owner->pid;
		return v;
	}
	more = realloc(list->v, (list->n + 1) * sizeof(*more));
	if (!more)
		return NULL;
	list->v = more;
	more[list->n] = *k;
	return &more[list->n++];
}

/*
 * Whether data went the way that is still open in the later half of the time watched, all of which
 * the socket was closed on the other side. A new connection's times begin when it is established.
 */
static bool still_flows(const struct doctor *d, const struct sock *s, bool stayed)
{
	u64 recent = d->seconds ? d->seconds * 500 : YOUNG_MS;

	if (!stayed || !s->info || !s->inode || s->timewait)
		return false;
	if (s->state == TCP_CLOSE_WAIT)
		return s->data_sent_ms < recent && s->window && !s->retransmits;
	return s->state == TCP_FIN_WAIT2 && s->data_received_ms < recent;
}

static void add(struct doctor *d, struct stuck_list *list, const struct sock *s, u64 fin_ms)
{
	struct stuck k = describe(d, s), *v;
	const bool was = was_seen(&d->first, s);
	const struct closing_age *known = closing_ages_find(&d->ages, s);
	bool exact = known && known->state_known;
	u64 age = exact ? known->state_ms : sock_age_ms(s, d->length_ms, fin_ms);

	k.flows = still_flows(d, s, d->seconds ? was : age >= OLD_MS);
	v = find(list, &k);
	if (!v)
		return;
	v->n++;
	v->before += was;
	if (d->seconds ? was && (!s->timewait || age >= YOUNG_MS) :
	    age >= OLD_MS)
		v->stay++;
	v->peers_differ |= !same_address(&v->one->dst, &s->dst);
	if (age >= v->oldest_ms)
		v->exact = exact;
	v->oldest_ms = MAX(v->oldest_ms, age);
	/* The FIN has a number, too; in CLOSE_WAIT it is not sent yet. */
	v->queued += s->wqueue - (s->wqueue && s->state != TCP_CLOSE_WAIT);
	v->unread += s->state == TCP_CLOSE_WAIT ? s->rqueue - !!s->rqueue : 0;
	v->shut += !s->window && s->wqueue;
	v->retransmitting += s->retransmits && s->window;
}

/* Of those that have gone the holder is not known any more: they were of the first like them. */
static void add_gone(struct doctor *d, struct stuck_list *list, const struct sock *s)
{
	struct stuck k;

	if (was_seen(&d->last, s))
		return;
	k = describe(d, s);
	for (size_t i = 0; i < list->n; i++) {
		if (are_alike(&list->v[i], &k) && !list->v[i].flows) {
			list->v[i].before++;
			return;
		}
	}
}

/* "nginx/12 on port 80", "python3/7 with 10.0.0.1:80"... */
static char *whose(const struct stuck *k)
{
	char peer[ENDPOINT_SIZE], who[COMMAND_SIZE + 64] = "", where[ENDPOINT_SIZE + 32];
	char process[COMMAND_SIZE + 24] = "";

	endpoint_format(k->one->family, &k->one->dst, k->served ? 0 : k->one->dport, peer);
	if (k->owner && k->processes_differ)
		snprintf(process, sizeof(process), "%s (several processes)", k->owner->command);
	else if (k->owner)
		snprintf(process, sizeof(process), "%s/%d", k->owner->command, k->owner->pid);
	if (k->unaccepted && k->owner)
		snprintf(who, sizeof(who), "held by a listener that has not accepted %s, %s,",
			 k->n == 1 ? "it" : "them", process);
	else if (k->unaccepted)
		snprintf(who, sizeof(who), "held by a listener that has not accepted %s,",
			 k->n == 1 ? "it" : "them");
	else if (k->orphan)
		snprintf(who, sizeof(who), k->n == 1 ? "an orphan (its program has closed)" :
						       "orphans (their program has closed)");
	else if (k->owner)
		snprintf(who, sizeof(who), "held by %s", process);
	else
		snprintf(who, sizeof(who), "held by a process that may not be looked into");
	if (k->served)
		snprintf(where, sizeof(where), "on port %u", k->port);
	else
		snprintf(where, sizeof(where), "to port %u", k->port);
	return doctor_text("%s %s with %s", who, where,
			   k->peers_differ ? "several peers" : peer);
}

static char *growth(const struct doctor *d, const struct stuck *k)
{
	char age[DURATION_SIZE];
	size_t more = k->n > k->before ? k->n - k->before : 0;
	const char *bound = k->exact ? "" : "at least ";

	format_duration(k->oldest_ms * US_PER_MS, age);
	if (!d->seconds)
		return doctor_text("the oldest for %s%s", bound, age);
	if (more)
		return doctor_text("the oldest for %s%s, %zu more in the %.3g s watched (%.2g a second)",
				   bound, age, more, d->seconds, more / d->seconds);
	return doctor_text("%s for %s%s, and no more came in the %.3g s watched",
			   k->n == 1 ? "it stays" : "the oldest", bound, age, d->seconds);
}

static void report(struct doctor *d, const struct stuck *k, enum grade harm, const char *check,
		   const char *label, const char *why, char *more, char *command)
{
	char *who = whose(k), *grown = growth(d, k);

	doctor_find(d, harm, check, why,
		    doctor_text("%zu socket%s %s in %s, %s: %s%s", k->n, plural(k->n),
				k->n == 1 ? "stays" : "stay", label, who, grown, more), command);
	free(who);
	free(grown);
	free(more);
}

static char *list_command(const struct doctor *d, const char *state, u16 port)
{
	return doctor_text("closestat list %s--state %s --port %u", d->where, state, port);
}

/*
 * What a server sends before it closes an idle connection of a pool, such as a close_notify or an
 * error of a database, is unread there until its next use.
 */
static bool is_unread(const struct stuck *k)
{
	return !k->unaccepted && k->unread > (k->served ? 0 : k->n * GOODBYE_BYTES);
}

static char *queued(const struct stuck *k)
{
	return doctor_text("; %llu bytes unsent or not acknowledged%s%s", k->queued,
			   k->shut ? " because the peers' window is shut" : "",
			   k->retransmitting ? ", retransmitting: ACKs do not come" : "");
}

/* Half-closed by the peer, and what it is sent goes its way, or would but for the peer. */
static void judge_half_closed(struct doctor *d, const struct stuck *k)
{
	const char *why = whys[k->flows ? WHY_SENDS : k->shut ? WHY_SHUT_HELD : WHY_NO_ACK_HELD];

	report(d, k, k->flows ? HARM_NONE : HARM_STUCK, "close_wait", "CLOSE_WAIT", why,
	       k->flows ? doctor_text("%s", "") : queued(k),
	       list_command(d, "close-wait", k->port));
}

static bool same_process(const struct stuck *a, const struct stuck *b)
{
	return a->owner && b->owner && !strcmp(a->owner->command, b->owner->command) &&
	       (a->owner->pid == b->owner->pid || a->processes_differ || b->processes_differ);
}

/* Most of what the same process has in FIN_WAIT2, @n in all, if it has as many in CLOSE_WAIT. */
static const struct stuck *passed_on(const struct stuck_list *list, const struct stuck *k,
				     size_t *n)
{
	const struct stuck *most = NULL;
	size_t came = 0;

	*n = 0;
	/* A FIN comes after what is unread. */
	if (k->unaccepted || k->unread)
		return NULL;
	for (size_t i = 0; i < list->n; i++) {
		const struct stuck *v = &list->v[i];

		if (v->flows || v->unaccepted || !same_process(v, k))
			continue;
		if (v->state == TCP_CLOSE_WAIT)
			came += v->n;
		*n += v->state == TCP_FIN_WAIT2 ? v->n : 0;
		if (v->state == TCP_FIN_WAIT2 && (!most || v->n > most->n))
			most = v;
	}
	return MIN(came, *n) * 100 < MAX(came, *n) * PAIRS_PERCENT ? NULL : most;
}

/* Whether it was told as that of a relay. */
static bool judge_relay(struct doctor *d, const struct stuck_list *list, const struct stuck *k,
			enum grade harm)
{
	size_t n;
	const struct stuck *to = passed_on(list, k, &n);
	char peer[ENDPOINT_SIZE];

	if (!to)
		return false;
	endpoint_format(to->one->family, &to->one->dst, to->served ? 0 : to->one->dport, peer);
	report(d, k, harm, "close_wait", "CLOSE_WAIT", whys[WHY_RELAY],
	       doctor_text("; it holds %zu in FIN_WAIT2 as well, with %s%s", n, peer,
			   n > to->n || to->peers_differ ? " and others" : ""),
	       doctor_text("closestat list %s--state close-wait,fin-wait-2; run doctor at %s",
			   d->where, peer));
	return true;
}

static void judge_close_wait(struct doctor *d, const struct stuck_list *list,
			     const struct stuck *k)
{
	bool grows = k->n > k->before && d->seconds, unread = is_unread(k);
	enum grade harm = !grows && !k->served && !unread ? HARM_RISK : HARM_STUCK;
	const char *why;
	u64 limit;
	char *more;

	if (k->flows || k->n == k->shut || k->n == k->retransmitting) {
		judge_half_closed(d, k);
		return;
	}
	if (judge_relay(d, list, k, harm))
		return;
	more = unread ? doctor_text("; %llu bytes that came are unread", k->unread) :
			doctor_text("%s", "");
	if (k->unaccepted)
		why = whys[k->owner && doctor_no_files(k->owner->pid, &limit) ? WHY_NO_FILES :
										WHY_UNACCEPTED];
	else if (grows)
		why = whys[WHY_LEAK];
	else if (unread)
		why = whys[k->served ? WHY_UNREAD_SERVER : WHY_UNREAD_CLIENT];
	else if (!k->served)
		why = whys[k->n > MANY_IDLE ? WHY_MANY : WHY_POOL];
	else
		why = whys[WHY_HELD];
	report(d, k, harm, "close_wait", "CLOSE_WAIT", why, more,
	       list_command(d, "close-wait", k->port));
}

static void judge_fin_wait2(struct doctor *d, const struct stuck *k)
{
	enum grade harm = HARM_STUCK;
	const char *why;

	if (k->flows) {
		why = whys[WHY_RECEIVES];
		harm = HARM_NONE;
	} else if (k->orphan) {
		why = whys[WHY_ORPHAN_FIN_WAIT2];
		harm = HARM_RISK;
	} else {
		why = whys[WHY_HELD_FIN_WAIT2];
	}
	report(d, k, harm, "fin_wait2", "FIN_WAIT2", why,
	       doctor_text("%s", ""), list_command(d, "fin-wait-2", k->port));
}

/* FIN_WAIT1, CLOSING, LAST_ACK: data or the FIN is not acknowledged. */
static void judge_unacknowledged(struct doctor *d, const struct stuck *k)
{
	bool fin_wait1 = k->state == TCP_FIN_WAIT1;
	const char *check = fin_wait1 ? "fin_wait1" : k->state == TCP_LAST_ACK ? "last_ack" :
			    "closing";
	const char *label = fin_wait1 ? "FIN_WAIT1" : k->state == TCP_LAST_ACK ? "LAST_ACK" :
			    "CLOSING";
	const char *state = fin_wait1 ? "fin-wait-1" : k->state == TCP_LAST_ACK ? "last-ack" :
			    "closing";
	bool slow = !k->shut && !k->retransmitting;
	const char *why;
	u64 retries = 0;
	char *command, *more = queued(k);

	if (k->orphan && !slow && !sysctl_read_number("tcp_orphan_retries", &retries) &&
	    (!retries || retries > 3))
		command = doctor_text("closestat set %stcp_orphan_retries=3", d->where);
	else
		command = list_command(d, state, k->port);
	if (k->shut)
		why = whys[WHY_WINDOW_SHUT];
	else if (slow)
		why = whys[WHY_SLOW];
	else
		why = whys[k->orphan ? WHY_NO_ACK : WHY_NO_ACK_HELD];
	report(d, k, slow ? HARM_NONE : HARM_STUCK, check, label, why, more, command);
}

static void judge(struct doctor *d, const struct stuck_list *list, const struct stuck *k)
{
	switch (k->state) {
	case TCP_CLOSE_WAIT:
		judge_close_wait(d, list, k);
		break;
	case TCP_FIN_WAIT2:
		judge_fin_wait2(d, k);
		break;
	default:
		judge_unacknowledged(d, k);
	}
}

int doctor_stuck(struct doctor *d)
{
	/* The kernel lists sockets in no order: the report has one. */
	static const u8 states[] = {
		TCP_CLOSE_WAIT, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_CLOSING, TCP_LAST_ACK,
	};
	struct stuck_list list = { 0 };
	u64 fin_s;

	if (!d->last.n)
		return EXIT_OK;
	if (sysctl_read_number("tcp_fin_timeout", &fin_s))
		fin_s = 60;
	if (d->first.n)
		qsort(d->first.v, d->first.n, sizeof(*d->first.v), compare_cookies);
	qsort(d->last.v, d->last.n, sizeof(*d->last.v), compare_cookies);
	for (size_t i = 0; i < d->last.n; i++)
		add(d, &list, &d->last.v[i], fin_s * 1000);
	for (size_t i = 0; i < d->first.n; i++)
		add_gone(d, &list, &d->first.v[i]);
	for (size_t order = 0; order < ARRAY_SIZE(states); order++) {
		for (size_t i = 0; i < list.n; i++) {
			if (list.v[i].stay && list.v[i].state == states[order])
				judge(d, &list, &list.v[i]);
		}
	}
	free(list.v);
	return EXIT_OK;
}
