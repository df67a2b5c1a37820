// SPDX-License-Identifier: GPL-2.0
#include "sockdiag.h"

#include "lib/tcp_diag.h"
#include "msg.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>

#define BUFFER_SIZE 32768

/* Bytes of the structure up to and with a member of 32 bits. */
#define UP_TO(member) (offsetof(struct tcp_info, member) + sizeof(u32))

/* An older kernel tells less of it. */
static void take_info(struct sock *s, const struct nlattr *attr)
{
	size_t len = mnl_attr_get_payload_len(attr);
	struct tcp_info info = { 0 };

	memcpy(&info, mnl_attr_get_payload(attr), MIN(len, sizeof(info)));
	s->info = len >= UP_TO(tcpi_last_ack_recv);
	s->data_sent_ms = info.tcpi_last_data_sent;
	s->data_received_ms = info.tcpi_last_data_recv;
	s->ack_received_ms = info.tcpi_last_ack_recv;
	s->unsent = info.tcpi_notsent_bytes;
	s->unacked = info.tcpi_unacked;
	s->mss = info.tcpi_snd_mss;
	s->timestamps = info.tcpi_options & TCPI_OPT_TIMESTAMPS;
	s->window = len >= UP_TO(tcpi_snd_wnd) ? info.tcpi_snd_wnd : ~0U;
	s->retransmits = MAX(info.tcpi_retransmits, info.tcpi_probes);
}

/* tcp_listendrop() */
static void take_drops(struct sock *s, const struct nlattr *attr)
{
	const u32 *memory = mnl_attr_get_payload(attr);

	if (mnl_attr_get_payload_len(attr) >= (SK_MEMINFO_DROPS + 1) * sizeof(*memory))
		s->drops = memory[SK_MEMINFO_DROPS];
}

static int take_attr(const struct nlattr *attr, void *data)
{
	struct sock *s = data;

	if (mnl_attr_get_type(attr) == INET_DIAG_INFO)
		take_info(s, attr);
	else if (mnl_attr_get_type(attr) == INET_DIAG_SKMEMINFO)
		take_drops(s, attr);
	else if (mnl_attr_get_type(attr) == INET_DIAG_CGROUP_ID &&
		 mnl_attr_get_payload_len(attr) >= sizeof(s->cgroup))
		s->cgroup = mnl_attr_get_u64(attr);
	return MNL_CB_OK;
}

/* The same peer, whichever kind of socket talks to it. */
static void unmap(struct sock *s)
{
	if (s->family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&s->dst) ||
	    !IN6_IS_ADDR_V4MAPPED(&s->src))
		return;
	s->family = AF_INET;
	s->src = (struct in6_addr){ .s6_addr32 = { s->src.s6_addr32[3] } };
	s->dst = (struct in6_addr){ .s6_addr32 = { s->dst.s6_addr32[3] } };
}

static int add(const struct nlmsghdr *header, void *data)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(header);
	struct socks *socks = data;
	struct sock *s;

	/* Grows at each power of two. */
	if (!(socks->n & (socks->n - 1))) {
		s = realloc(socks->v, (socks->n ? socks->n * 2 : 1) * sizeof(*s));
		if (!s)
			return MNL_CB_ERROR;
		socks->v = s;
	}
	s = &socks->v[socks->n++];
	*s = (struct sock){
		.cookie = (u64)m->id.idiag_cookie[1] << 32 | m->id.idiag_cookie[0],
		.inode = m->idiag_inode,
		.family = m->idiag_family,
		.state = m->idiag_state,
		.retransmits = m->idiag_retrans,
		.sport = ntohs(m->id.idiag_sport),
		.dport = ntohs(m->id.idiag_dport),
		.uid = m->idiag_uid,
		.rqueue = m->idiag_rqueue,
		.wqueue = m->idiag_wqueue,
		.timewait = m->idiag_timer == DIAG_TIMER_TIMEWAIT,
		.window = ~0U,
	};
	if (s->timewait)
		s->left_ms = m->idiag_expires;
	memcpy(&s->src, m->id.idiag_src, sizeof(s->src));
	memcpy(&s->dst, m->id.idiag_dst, sizeof(s->dst));
	mnl_attr_parse(header, sizeof(*m), take_attr, s);
	unmap(s);
	return MNL_CB_OK;
}

static int read_both(u32 states, struct socks *socks)
{
	const u8 told = BIT(INET_DIAG_INFO - 1) | BIT(INET_DIAG_SKMEMINFO - 1);
	struct mnl_socket *nl = tcp_diag_open();
	int ret;

	if (!nl)
		return -errno;
	ret = tcp_diag_dump(nl, AF_INET, states, told, add, socks);
	if (!ret)
		ret = tcp_diag_dump(nl, AF_INET6, states, told, add, socks);
	mnl_socket_close(nl);
	return ret;
}

int sockdiag_read(u32 states, struct socks *socks)
{
	int ret;

	*socks = (struct socks){ 0 };
	ret = read_both(states, socks);
	if (!ret)
		return EXIT_OK;
	sockdiag_free(socks);
	return msg_error("cannot list sockets: %s", strerror(-ret));
}

void sockdiag_free(struct socks *socks)
{
	free(socks->v);
	*socks = (struct socks){ 0 };
}

static void put_address(__be32 *to, const struct sock *s, const struct in6_addr *address,
			u8 family)
{
	struct in6_addr mapped = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	mapped.s6_addr32[3] = address->s6_addr32[0];
	memcpy(to, family == s->family ? address : &mapped, sizeof(mapped));
}

/* Asks for one, and waits for the answer; 0 or the errno, positive. */
static int destroy_as(struct mnl_socket *nl, const struct sock *s, u8 family)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;
	ssize_t len;

	header->nlmsg_type = SOCK_DESTROY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_states = ~0U;
	request->id.idiag_sport = htons(s->sport);
	request->id.idiag_dport = htons(s->dport);
	put_address(request->id.idiag_src, s, &s->src, family);
	put_address(request->id.idiag_dst, s, &s->dst, family);
	request->id.idiag_cookie[0] = (u32)s->cookie;
	request->id.idiag_cookie[1] = s->cookie >> 32;
	if (mnl_socket_sendto(nl, header, header->nlmsg_len) < 0)
		return errno;
	len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
	if (len < 0)
		return errno;
	return mnl_cb_run(buffer, len, 0, mnl_socket_get_portid(nl), NULL, NULL) < 0 ? errno : 0;
}

int sockdiag_destroy(const struct socks *socks, int *errors)
{
	struct mnl_socket *nl = tcp_diag_open();

	if (!nl)
		return msg_error("cannot end sockets: %m");
	for (size_t i = 0; i < socks->n; i++) {
		const struct sock *s = &socks->v[i];

		errors[i] = destroy_as(nl, s, s->family);
		/* It may be one of IPv6 that talks IPv4. */
		if (errors[i] == ENOENT && s->family == AF_INET)
			errors[i] = destroy_as(nl, s, AF_INET6);
	}
	mnl_socket_close(nl);
	return EXIT_OK;
}
