// SPDX-License-Identifier: GPL-2.0
#include "conn.h"

#include <string.h>

#include "bytes.h"

/* Linux's own first timeout, where the round trip is not known. */
#define RTT_UNKNOWN 1000000000LL

/* A segment that is overdue by this is not coming any more. */
#define OVERDUE_NS 1000000000LL

/* RFC 6298 section 2: the first timeout, and the backoff that follows. */
#define RTO_NS 1000000000LL

bool conn_overdue(int64_t first, int64_t last, uint32_t count, int64_t now)
{
	/* The wait doubles: the next one would be as long as all so far. */
	int64_t wait = count > 1 ? last - first + RTO_NS : RTO_NS;

	/* The clock was set back meanwhile: how long it was is not known. */
	if (last < first)
		return false;
	return now - last > wait + OVERDUE_NS;
}

int64_t conn_rtt(const struct conn *conn)
{
	const struct end *client = &conn->end[conn->client];
	const struct end *server = &conn->end[!conn->client];
	int64_t rtt = server->syn_at - client->syn_at;

	/* SYN to SYN-ACK is one half of it as seen from here, its ACK the other. */
	if (!client->syns || !server->answers || client->syns > 1 || rtt < 0)
		return RTT_UNKNOWN;
	return server->syn_acked_at > server->syn_at ?
	       server->syn_acked_at - client->syn_at : 2 * rtt;
}

bool conn_has_data(const struct end *e, const struct packet *p)
{
	return e->answers && e->ack_known && p->flags & SEG_ACK &&
	       seq_after(p->ack, e->ack_max);
}

bool conn_may_have_closed(const struct conn *conn, int side)
{
	const struct end *e = &conn->end[side];

	if (e->fin_unseen)
		return true;
	/* Behind a FIN there is no data, nor is anything probed again. */
	return !conn->client_sure && !e->data && !e->missing && !e->probes_all;
}

bool conn_passive(const struct conn *conn, int side)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];

	return e->fins && o->fins && !seq_before(e->fin_ack, o->fin_end);
}

bool conn_to_itself(const struct conn *conn)
{
	const struct end *e = conn->end;

	return e[0].port == e[1].port && !memcmp(e[0].addr, e[1].addr, sizeof(e[0].addr));
}

bool conn_each_passive(const struct conn *conn)
{
	return conn_passive(conn, 0) && conn_passive(conn, 1);
}

/* A FIN arrives when what is before it has: RFC 9293 section 3.10.7.4. */
static bool fin_arrived(const struct end *from, const struct end *at)
{
	if (!from->fins)
		return false;
	if (at->ack_known && !seq_before(at->ack_max, from->fin_end))
		return true;
	for (int i = 0; i < from->holes; i++)
		if (seq_before(from->hole[i][0], from->fin_end - 1))
			return false;
	return true;
}

static int opening_state(const struct conn *conn, int side)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];

	if (e->refused)
		return ST_CLOSE;
	if (e->answers)
		return ST_SYN_RECV;
	if (e->syns)
		/* Simultaneous open, RFC 9293 section 3.5 */
		return o->syns ? ST_SYN_RECV : ST_SYN_SENT;
	/* All that it has said is that it has no socket. */
	if (!e->seen && conn->no_socket[side])
		return ST_CLOSE;
	if (o->syns && !o->estab)
		return ST_LISTEN;
	return ST_UNKNOWN;
}

int conn_state(const struct conn *conn, int side)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];
	bool arrived = fin_arrived(o, e);

	if (e->over_by >= 0)
		return ST_CLOSE;
	if (!e->estab && !e->fins)
		return opening_state(conn, side);
	if (!e->fins)
		return arrived ? ST_CLOSE_WAIT : ST_ESTABLISHED;
	if (conn_passive(conn, side))
		return e->fin_acked ? ST_CLOSE : ST_LAST_ACK;
	if (!arrived)
		return e->fin_acked ? ST_FIN_WAIT2 : ST_FIN_WAIT1;
	if (!e->fin_acked)
		return ST_CLOSING;
	return e->tw_killed ? ST_CLOSE : ST_TIME_WAIT;
}
