// SPDX-License-Identifier: GPL-2.0
#include "ct_lookup.h"

#include "ct_netlink.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER_SIZE 8192
#define SEQ 1

static void put_tuple(struct nlmsghdr *header, const struct ct_tuple *t)
{
	struct nlattr *tuple = mnl_attr_nest_start(header, CTA_TUPLE_ORIG);
	struct nlattr *part = mnl_attr_nest_start(header, CTA_TUPLE_IP);
	const bool v4 = t->family == AF_INET;
	const size_t size = v4 ? 4 : sizeof(t->src);

	mnl_attr_put(header, v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, size, &t->src);
	mnl_attr_put(header, v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, size, &t->dst);
	mnl_attr_nest_end(header, part);
	part = mnl_attr_nest_start(header, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(header, CTA_PROTO_NUM, IPPROTO_TCP);
	mnl_attr_put_u16(header, CTA_PROTO_SRC_PORT, htons(t->sport));
	mnl_attr_put_u16(header, CTA_PROTO_DST_PORT, htons(t->dport));
	mnl_attr_nest_end(header, part);
	mnl_attr_nest_end(header, tuple);
}

static int take_attr(const struct nlattr *attr, void *data)
{
	bool *translated = data;

	if (mnl_attr_get_type(attr) == CTA_STATUS &&
	    mnl_attr_get_payload_len(attr) >= sizeof(u32))
		*translated = ntohl(mnl_attr_get_u32(attr)) & (IPS_SRC_NAT | IPS_DST_NAT);
	return MNL_CB_OK;
}

static int take(const struct nlmsghdr *header, void *data)
{
	if (mnl_nlmsg_get_payload_len(header) >= sizeof(struct nfgenmsg))
		mnl_attr_parse(header, sizeof(struct nfgenmsg), take_attr, data);
	return MNL_CB_STOP;
}

/* The hash that is looked into has both directions of each (ctnetlink_get_conntrack()). */
static bool ask(struct mnl_socket *nl, const struct ct_tuple *t)
{
	char buffer[BUFFER_SIZE] = { 0 };
	struct nlmsghdr *header = ct_put_get(buffer, 0, t->family);
	bool translated = false;
	ssize_t len;

	header->nlmsg_seq = SEQ;
	put_tuple(header, t);
	if (mnl_socket_sendto(nl, header, header->nlmsg_len) < 0)
		return false;
	/* An error is an answer, too. */
	len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
	if (len > 0)
		mnl_cb_run(buffer, len, SEQ, mnl_socket_get_portid(nl), take, &translated);
	return translated;
}

bool ct_is_translated(const struct ct_tuple *t)
{
	struct mnl_socket *nl = ct_open();
	bool translated;

	if (!nl)
		return false;
	translated = ask(nl, t);
	mnl_socket_close(nl);
	return translated;
}
