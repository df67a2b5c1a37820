// SPDX-License-Identifier: GPL-2.0
/* doctor: the kinds of ends that are no good ones, what each means and what to do. */
#include "doctor.h"
#include "lib/units.h"
#include "port_set.h"

#include <errno.h>

static u64 error_of(const struct end_group *g)
{
	u64 err = 0;

	parse_u64(g->err, &err);
	return err;
}

static bool is_scan(const struct end_group *g)
{
	return g->kind == END_SCAN;
}

static bool was_refused(const struct end_group *g)
{
	return (error_of(g) == ECONNREFUSED || error_of(g) == ECONNRESET) && !is_scan(g);
}

static bool had_no_answer(const struct end_group *g)
{
	return error_of(g) == ETIMEDOUT;
}

static bool had_no_port(const struct end_group *g)
{
	return error_of(g) == EADDRNOTAVAIL;
}

static bool was_unreachable(const struct end_group *g)
{
	switch (error_of(g)) {
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENONET:
	case EACCES:
		return true;
	default:
		return false;
	}
}

static bool failed_otherwise(const struct end_group *g)
{
	return !was_refused(g) && !had_no_answer(g) && !had_no_port(g) && !was_unreachable(g);
}

static bool is_tls(const struct end_group *g)
{
	static const u16 ports[] = {
		443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 2376, 3269, 4443, 5061,
		5671, 6443, 6514, 6697, 8443, 8883, 9443, 10250,
	};

	return port_is_one_of(g->port, ports, ARRAY_SIZE(ports));
}

/* Those of STARTTLS, and those that are used with TLS as well as without. */
static bool may_be_tls(const struct end_group *g)
{
	static const u16 ports[] = {
		21, 25, 110, 119, 143, 389, 587, 1433, 1883, 2379, 2380, 3306, 4222, 5222, 5269,
		5432, 5672, 6380, 9092, 9093, 9200, 27017,
	};

	return port_is_one_of(g->port, ports, ARRAY_SIZE(ports));
}

static bool is_plaintext(const struct end_group *g)
{
	return !is_tls(g) && !may_be_tls(g);
}

static bool is_race(const struct end_group *g)
{
	return g->kind == END_IDLE && g->served && is_plaintext(g);
}

static bool is_race_or_notify(const struct end_group *g)
{
	return g->kind == END_IDLE && g->served && is_tls(g);
}

static bool came_too_late(const struct end_group *g)
{
	return g->kind == END_IDLE && !g->served && is_plaintext(g);
}

static bool came_too_late_or_notify(const struct end_group *g)
{
	return g->kind == END_IDLE && !g->served && is_tls(g);
}

static bool is_notify(const struct end_group *g)
{
	return g->kind == END_PLAIN && is_tls(g);
}

static bool is_upload(const struct end_group *g)
{
	return g->kind == END_UPLOAD && g->served;
}

static bool is_download(const struct end_group *g)
{
	return g->kind == END_UPLOAD && !g->served;
}

static bool is_plain_data(const struct end_group *g)
{
	return g->kind == END_PLAIN && is_plaintext(g);
}

static bool is_data_or_notify(const struct end_group *g)
{
	return (g->kind == END_PLAIN || g->kind == END_IDLE) && may_be_tls(g);
}

/* Where others of a row have told of all whose peer is known. */
static bool is_nobody(const struct end_group *g)
{
	(void)g;
	return false;
}

static bool is_answered(const struct end_group *g)
{
	return g->kind == END_ANSWERED;
}

static bool is_not_answered(const struct end_group *g)
{
	return g->kind != END_ANSWERED;
}

static bool is_probe(const struct end_group *g)
{
	return g->kind == END_PROBE;
}

static bool is_greeted(const struct end_group *g)
{
	return g->kind == END_GREETED;
}

static bool has_closed_tls(const struct end_group *g)
{
	return g->kind == END_CLOSED && !is_plaintext(g);
}

static bool is_client(const struct end_group *g)
{
	return g->served && !is_probe(g) && !is_greeted(g) && !has_closed_tls(g);
}

static bool is_server(const struct end_group *g)
{
	return !g->served && !has_closed_tls(g);
}

static bool is_tls_server(const struct end_group *g)
{
	return g->served && is_tls(g);
}

static bool is_perhaps_tls_server(const struct end_group *g)
{
	return g->served && may_be_tls(g);
}

static bool is_given_up(const struct end_group *g)
{
	return g->kind == END_GIVEN_UP;
}

const struct judged doctor_judged[] = {
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset because the next request came while this side closed an idle connection (a keep-alive race)",
		"The server's idle timeout is shorter than the client's, or it was stopped, as in a deploy: the client sees a reset, a balancer answers 502, however rare it is",
		"make the server's keep-alive (idle) timeout longer than its clients' (node: keepAliveTimeout); before a stop take it out of the balancer, and wait",
		is_race, true, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_RISK,
		"reset because the client's last bytes came while this side closed an idle TLS connection",
		"A close_notify is harmless. A request is lost (a keep-alive race): the client sees a reset, a balancer answers 502. These ends do not tell which; the clients' logs do",
		"make the server's keep-alive (idle) timeout longer than its clients' (node: keepAliveTimeout)",
		is_race_or_notify, true, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset because the peer's answer came after this side had waited, and closed",
		"This side's timeout is shorter than the peer takes to answer: the answer is lost, and the peer's next write fails",
		"a longer timeout here, or see at the peer why it is slow",
		came_too_late, true, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_RISK,
		"reset because the peer's last bytes came after this side had closed an idle TLS connection",
		"A close_notify is harmless. An answer that took longer than this side's timeout is lost. These ends do not tell which; the program's log does",
		"where it is an answer: a longer timeout here, or see at the peer why it is slow",
		came_too_late_or_notify, true, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset while the peer was still sending: an upload that was refused, as with 413",
		"The RST may overtake the answer: the client sees a reset instead of why",
		"read to the end, or shutdown(SHUT_WR) and read on, before close()",
		is_upload, false, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_RISK,
		"reset because this side closed in the middle of what the peer was sending",
		"It had enough, gave up or, a proxy, its own client has gone (nginx: 499): the rest of the answer is lost, and the peer's next write fails",
		"nothing, if that is meant; else read to the end before close()",
		is_download, false, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_NONE,
		"answered with a RST when the peer's last bytes came after close(), as a TLS close_notify does",
		"Nothing was lost: the answer had arrived",
		"nginx: lingering_close always; others: shutdown(SHUT_WR) and read to the end before close()",
		is_notify, false, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_RISK,
		"reset because the peer's last bytes came after close(), on a port that is used with TLS as well as without",
		"A close_notify is harmless. Else data is lost: the next request on an idle connection (a keep-alive race), an answer that came too late, or what was being sent. These ends do not tell which; the logs of both sides do",
		"where it is no close_notify: a longer idle timeout here than at the peer, and read to the end before close()",
		is_data_or_notify, true, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset because the peer sent data after close()",
		"That data is lost, and the peer's next read or write fails",
		"use shutdown(SHUT_WR) and read to the end before close()",
		is_plain_data, false, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset because the peer sent data after close()",
		"If it was the next request on an idle connection this is a keep-alive race, however rare: the server's keepAliveTimeout has to be longer than the client's idle timeout; if the bytes were a TLS close_notify (port 443) it is harmless; if an upload or a half-closed request, its answer is lost",
		"a longer keep-alive timeout; nginx: lingering_close always; shutdown(SHUT_WR) and read to the end before close()",
		is_nobody, false, false, false,
	},
	{
		"rst_sent_unread_data", "rst_sent", "unread_data", NULL, HARM_RISK,
		"reset by close() before what the server sent was read to its end",
		"The client had what it wanted, as a health check that reads the first line, or a TLS client that leaves session tickets unread: the server sees 'connection reset by peer'. What was sent last, without waiting for an answer, may be lost to it",
		"read to the end before close(), or shutdown(SHUT_WR) and wait for the peer's FIN",
		is_server, false, false, false,
	},
	{
		"rst_sent_unread_data", "rst_sent", "unread_data", NULL, HARM_RISK,
		"reset by close() with a TLS client's last bytes unread",
		"A close_notify is harmless. Where it was more of a request, as of an upload that was refused, the answer may be lost to the client. These ends do not tell which; the clients' logs do",
		"read to the end before close(), or shutdown(SHUT_WR) and wait for the peer's FIN",
		is_tls_server, false, false, false,
	},
	{
		"rst_sent_unread_data", "rst_sent", "unread_data", NULL, HARM_RISK,
		"reset by close() with a client's last bytes unread, on a port that is used with TLS as well as without",
		"A close_notify is harmless. Where it was more of a request, the answer may be lost to the client. These ends do not tell which; the clients' logs do",
		"read to the end before close(), or shutdown(SHUT_WR) and wait for the peer's FIN",
		is_perhaps_tls_server, false, false, false,
	},
	{
		"rst_sent_unread_data", "rst_sent", "unread_data", NULL, HARM_FAILS,
		"reset by close() with data unread",
		"What was sent last, such as a 413 to an upload, may be lost to the peer: a RST discards it. A server does so, too, that has as many connections as it may have (sshd: MaxStartups), or whose worker has died",
		"read to the end before close(), or shutdown(SHUT_WR) and wait for the peer's FIN",
		NULL, false, false, false,
	},
	{
		"rst_sent_linger", "rst_sent", "linger", NULL, HARM_RISK,
		"reset by SO_LINGER with a time of 0 right after an answer",
		"What of it the client had not acknowledged by then is lost: it sees a reset, or an answer that is cut off",
		"close() without SO_LINGER",
		is_answered, false, false, false,
	},
	{
		"rst_sent_linger", "rst_sent", "linger", NULL, HARM_NONE,
		"reset by SO_LINGER with a time of 0",
		"The program asks for it, as health checks and load generators do. Only data on its way is lost",
		"close() without SO_LINGER",
		is_not_answered, false, false, false,
	},
	{
		"rst_sent_timeout", "rst_sent", "timeout", NULL, HARM_RISK,
		"reset when their time was over, the peer having fallen silent",
		"A timer of the kernel gave them up: FIN_WAIT2 of a socket with data, keepalive or the user timeout",
		"see that the peer is alive, and closes",
		NULL, false, false, false,
	},
	{
		"rst_sent_destroyed", "rst_sent", "destroyed", NULL, HARM_NONE,
		"ended by hand ('closestat kill', 'ss -K')",
		"An administrator or an agent ended them",
		"find what calls SOCK_DESTROY",
		NULL, false, false, false,
	},
	{
		"rst_sent_other", "rst_sent", "other", NULL, HARM_FAILS,
		"reset because the port stopped listening before it had accepted them, or for a rarer cause",
		"A listener that closes, as in a deploy, resets what waits in its queue: those clients see 'connection reset by peer'",
		"drain first: take it out of the balancer, accept what waits, then close the listener",
		NULL, false, false, false,
	},
	{
		"ended_rst_received", "rst_received", NULL, NULL, HARM_NONE,
		"reset by the peer, a client, before a byte had gone either way",
		"So end health checks of balancers, and scans: nothing was lost",
		"nothing, or a health check that asks for something",
		is_probe, false, false, false,
	},
	{
		"ended_rst_received", "rst_received", NULL, NULL, HARM_NONE,
		"reset by the peer, a client, that had been greeted, and had not sent a byte",
		"So end health checks of balancers, and scans, of services that speak first (SSH, SMTP, FTP, MySQL): nothing was lost. MySQL counts them, and blocks a host that makes too many in a row (max_connect_errors)",
		"nothing, or a health check that speaks the protocol",
		is_greeted, false, false, false,
	},
	{
		"ended_rst_received", "rst_received", NULL, NULL, HARM_NONE,
		"reset by the peer after both sides had closed, as it answers what came last, a TLS close_notify",
		"Nothing was lost here: the peer had sent all that it wanted to (its FIN), and the program had closed",
		"nothing; at the peer, nginx: lingering_close always",
		has_closed_tls, false, false, false,
	},
	{
		"ended_rst_received", "rst_received", NULL, NULL, HARM_RISK,
		"reset by the peer, a client",
		"One may be one failed request. The client gave up, closed with the answer unread, or died; or it, a proxy before it, or a balancer's check that asks for something (haproxy: option httpchk), ends connections so (SO_LINGER with 0); or a balancer or NAT on the way has forgotten a connection that was idle, and resets it in the client's name. Else why is known on its side: run doctor there",
		"see at the client why it aborts: its timeouts, its errors",
		is_client, true, false, false,
	},
	{
		"ended_rst_received", "rst_received", NULL, NULL, HARM_RISK,
		"reset by the peer",
		"A healthy peer sends next to none, and one may be one failed request. It closed with data unread, had closed an idle connection already, or its program died, or it was started anew; or a balancer or NAT on the way has forgotten a connection that was idle (AWS NLB: after 350 s), and resets it in the peer's name. Else why is known on its side: run doctor there",
		"an idle timeout here that is shorter than the peer's, or that of what is on the way; retry what is safe to repeat",
		is_server, true, false, false,
	},
	{
		"ended_other", "other", NULL, NULL, HARM_RISK,
		"given up by the program before connect() had an answer",
		"Its own timeout was shorter than the kernel's: a firewall drops the SYNs, the peer's listen queue is full, or the peer is gone. A program that tries two addresses at once gives one of them up, and all is well",
		"run doctor at the peer: its listen queues; look at firewalls between",
		is_given_up, false, false, true,
	},
	{
		"ended_timeout", "timeout", NULL, NULL, HARM_FAILS,
		"given up because the peer no longer answered: retransmissions ran out",
		"A middlebox forgot an idle connection, or the peer or the way to it is gone. Until then the program hangs; where it has set TCP_USER_TIMEOUT, or keepalive, that was what gave them up",
		"keepalive (TCP_KEEPIDLE) shorter than the time after which the middlebox forgets, and TCP_USER_TIMEOUT for a limit",
		NULL, true, false, false,
	},
	{
		"ended_connect_failed", "connect_failed", NULL, "connect_failed_refused",
		HARM_FAILS,
		"never established: connect() failed (refused, unreachable, timed out, or no port free)",
		"What wanted to connect could not",
		"see that the peer listens, and can be reached",
		NULL, false, false, false,
	},
	{
		"connect_failed_refused", "connect_failed", NULL, NULL, HARM_NONE,
		"refused on many ports of one host, and on none of them more than a few times: a port scan from here, by the looks of it",
		"A program that wants a service that is refused asks for its port again. This one looks for what is open, as a scanner or service discovery does, and on these ports there was nothing to find",
		"nothing, if that is what the program is for",
		is_scan, false, false, false,
	},
	{
		"connect_failed_refused", "connect_failed", NULL, NULL, HARM_FAILS,
		"refused: connect() met a port where nobody listens",
		"The peer's program is not there, not yet, or listens on another address; or a firewall (REJECT), or a Kubernetes Service without endpoints, answers in its place",
		"see that the peer listens on that port, and at which address: ss -ltn, there",
		was_refused, false, false, false,
	},
	{
		"connect_failed_timeout", "connect_failed", NULL, NULL, HARM_FAILS,
		"given up by connect(): no answer",
		"A firewall drops the SYNs, the peer's listen queue is full, or it is gone",
		"run doctor at the peer: its listen queues; look at firewalls between",
		had_no_answer, false, false, false,
	},
	{
		"connect_failed_unreachable", "connect_failed", NULL, NULL, HARM_FAILS,
		"given up by connect(): unreachable",
		"No neighbour has that address; or a router, or this host, has no way there; or a firewall rejects it (icmp-host-prohibited, as firewalld does)",
		"ip route get PEER",
		was_unreachable, false, true, false,
	},
	{
		"connect_failed_no_port", "connect_failed", NULL, NULL, HARM_FAILS,
		"without a port: connect() failed with EADDRNOTAVAIL (cannot assign requested address)",
		"All local ports for that destination are held, most often by TIME_WAIT. Best is to keep connections open",
		"closestat get ip_local_port_range tcp_tw_reuse",
		had_no_port, false, true, false,
	},
	{
		"connect_failed_other", "connect_failed", NULL, NULL, HARM_RISK,
		"never established, for a rarer reason",
		"What wanted to connect could not; the words of the errno say more",
		"closestat monitor kind=connect_failed",
		failed_otherwise, false, true, false,
	},
	{
		"ended_fin_wait2_expired", "fin_wait2_expired", NULL, NULL, HARM_RISK,
		"closed here but never by the peer",
		"Each held a socket in FIN_WAIT2 until tcp_fin_timeout; its peers leak sockets in CLOSE_WAIT or have gone; or tcp_max_tw_buckets left no room to wait in. A peer, as a client's pool, that goes on with one later is answered with a RST",
		"see that the peer closes: run doctor there",
		NULL, false, false, false,
	},
};

const size_t doctor_n_judged = ARRAY_SIZE(doctor_judged);
