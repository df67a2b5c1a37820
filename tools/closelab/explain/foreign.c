// SPDX-License-Identifier: GPL-2.0
/* Whether a RST was sent by the end whose name it has. */
#include "foreign.h"

#include "bytes.h"

/* An end that sets the TTL of its sockets: BGP's single hop, RFC 5082; what a kernel sets else. */
#define TTL_SINGLE_HOP 1
#define TTL_SECURITY 255
#define TTL_DEFAULT 64

/* Routes change by a hop or two without anybody between the ends. */
#define TTL_DIFFERS 3

/* An end that numbers its packets: so many in a row, none further than that. */
#define ID_RUN 3
#define ID_NEAR 1024
#define ID_FRESH_NS 1000000000LL

static bool hops_differ(uint8_t a, uint8_t b)
{
	return a >= b + TTL_DIFFERS || b >= a + TTL_DIFFERS;
}

/*
 * The identifications of its segments went up one by one, and that of a RST
 * with ACK, which comes from the same socket, is far from them. What a kernel
 * sends without a socket has another numbering, most often 0.
 */
static bool id_differs(const struct end *x, const struct packet *p)
{
	return x->id_run >= ID_RUN && p->id && p->flags & SEG_ACK &&
	       p->at - x->last_at < ID_FRESH_NS &&
	       (uint16_t)(p->id - x->id + ID_NEAR) > 2 * ID_NEAR;
}

/*
 * What answers without a socket has not the TTL that the application asked for
 * (ip_send_unicast_reply()). On the link itself, where both are what they were sent with.
 */
static bool lacks_socket_ttl(const struct end *x, const struct packet *p)
{
	return (x->ttl == TTL_SINGLE_HOP || x->ttl == TTL_SECURITY) &&
	       p->ttl == TTL_DEFAULT && !(p->flags & SEG_ACK);
}

/*
 * Somebody between sends in another's name: his distance is another one, or
 * he neither knows the next identification nor the window or the distance.
 * Compared with the segment just before, as a route may change in an hour.
 */
bool reset_is_foreign(const struct end *x, const struct packet *p)
{
	if (!x->seen || !x->ttl || !p->ttl || lacks_socket_ttl(x, p))
		return false;
	if (hops_differ(p->ttl, x->ttl))
		return true;
	return id_differs(x, p) && (p->ttl != x->ttl || p->window != x->raw_window);
}

/* A kernel's answer to a segment that no socket takes. */
bool reset_without_socket(enum origin origin)
{
	return origin == ORIGIN_NO_SOCKET || origin == ORIGIN_REFUSED ||
	       origin == ORIGIN_EXPIRED || origin == ORIGIN_HALF_OPEN;
}

void conn_doubt_fin(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];

	if (e->fins && e->fin_ttl_before && seq_after(p->seq + p->length, e->fin_end) &&
	    hops_differ(e->fin_ttl, e->fin_ttl_before) && !hops_differ(p->ttl, e->fin_ttl_before))
		e->fin_between = true;
}

void conn_blame_between(struct conn *conn, int index, enum known_by by)
{
	struct reset *r = &conn->reset[index];

	if (r->origin == ORIGIN_BETWEEN)
		return;
	if (reset_without_socket(r->origin) && conn->no_socket[r->side])
		conn->no_socket[r->side]--;
	r->origin = ORIGIN_BETWEEN;
	r->known_by = by;
	if (conn->end[r->side].over_by == index)
		conn->end[r->side].over_by = -1;
}

void conn_compare_ttl(struct conn *conn, int side, const struct packet *p)
{
	for (int i = 0; i < conn->resets; i++) {
		struct reset *r = &conn->reset[i];

		if (r->side != side || r->ttl_before || !hops_differ(p->ttl, r->ttl))
			continue;
		conn_blame_between(conn, i, KNOWN_BY_HEADER);
		r->ttl_before = p->ttl;
	}
}
