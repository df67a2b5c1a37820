// SPDX-License-Identifier: GPL-2.0
#include "sockdiag.h"

#include "msg.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER_SIZE 32768

static int add(const struct nlmsghdr *header, void *data)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(header);
	struct socks *socks = data;
	struct sock *s;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*m))
		return MNL_CB_OK;
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
		.sport = ntohs(m->id.idiag_sport),
		.dport = ntohs(m->id.idiag_dport),
	};
	memcpy(&s->src, m->id.idiag_src, sizeof(s->src));
	memcpy(&s->dst, m->id.idiag_dst, sizeof(s->dst));
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *nl, u8 family, u32 states, struct socks *socks)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;
	ssize_t len;
	int ret = MNL_CB_OK;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = family;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_states = states;
	if (mnl_socket_sendto(nl, header, header->nlmsg_len) < 0)
		return -errno;
	while (ret == MNL_CB_OK) {
		len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (len < 0)
			return -errno;
		errno = 0;
		ret = mnl_cb_run(buffer, len, family, mnl_socket_get_portid(nl), add, socks);
	}
	return ret == MNL_CB_STOP ? 0 : -(errno ? : ENOMEM);
}

static int read_both(u32 states, struct socks *socks)
{
	struct mnl_socket *nl;
	int ret;

	nl = mnl_socket_open(NETLINK_SOCK_DIAG);
	if (!nl)
		return -errno;
	ret = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
	if (!ret)
		ret = dump(nl, AF_INET, states, socks);
	/* A kernel without IPv6 answers with an empty list. */
	if (!ret)
		ret = dump(nl, AF_INET6, states, socks);
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
