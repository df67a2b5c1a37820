// SPDX-License-Identifier: GPL-2.0
#include "ct_census.h"

#include "ct_netlink.h"

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER_SIZE 32768

struct tracked {
	u8 state;
	u8 family;
	u8 protocol;
	u16 dport;
	u32 left;	/* seconds that it is kept yet */
	struct in6_addr dst;
};

struct table {
	struct tracked *v;
	size_t n;
	size_t udp;
};

static int take_address(const struct nlattr *attr, void *data)
{
	const u16 type = mnl_attr_get_type(attr), size = mnl_attr_get_payload_len(attr);
	struct tracked *t = data;

	if ((type == CTA_IP_V4_DST && size == 4) || (type == CTA_IP_V6_DST && size == 16))
		memcpy(&t->dst, mnl_attr_get_payload(attr), size);
	return MNL_CB_OK;
}

static int take_ports(const struct nlattr *attr, void *data)
{
	struct tracked *t = data;

	if (mnl_attr_get_type(attr) == CTA_PROTO_NUM)
		t->protocol = mnl_attr_get_u8(attr);
	else if (mnl_attr_get_type(attr) == CTA_PROTO_DST_PORT)
		t->dport = ntohs(mnl_attr_get_u16(attr));
	return MNL_CB_OK;
}

static int take_tuple(const struct nlattr *attr, void *data)
{
	switch (mnl_attr_get_type(attr)) {
	case CTA_TUPLE_IP:
		return mnl_attr_parse_nested(attr, take_address, data);
	case CTA_TUPLE_PROTO:
		return mnl_attr_parse_nested(attr, take_ports, data);
	default:
		return MNL_CB_OK;
	}
}

static int take_state(const struct nlattr *attr, void *data)
{
	struct tracked *t = data;

	if (mnl_attr_get_type(attr) == CTA_PROTOINFO_TCP_STATE)
		t->state = mnl_attr_get_u8(attr);
	return MNL_CB_OK;
}

static int take_protocol(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == CTA_PROTOINFO_TCP)
		return mnl_attr_parse_nested(attr, take_state, data);
	return MNL_CB_OK;
}

static int take_attr(const struct nlattr *attr, void *data)
{
	struct tracked *t = data;

	switch (mnl_attr_get_type(attr)) {
	case CTA_TIMEOUT:
		t->left = ntohl(mnl_attr_get_u32(attr));
		return MNL_CB_OK;
	case CTA_TUPLE_ORIG:
		return mnl_attr_parse_nested(attr, take_tuple, data);
	case CTA_PROTOINFO:
		return mnl_attr_parse_nested(attr, take_protocol, data);
	default:
		return MNL_CB_OK;
	}
}

static int take(const struct nlmsghdr *header, void *data)
{
	const struct nfgenmsg *generic = mnl_nlmsg_get_payload(header);
	struct table *all = data;
	struct tracked t = { 0 }, *more;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*generic))
		return MNL_CB_OK;
	t.family = generic->nfgen_family;
	mnl_attr_parse(header, sizeof(*generic), take_attr, &t);
	all->udp += t.protocol == IPPROTO_UDP;
	if (t.protocol != IPPROTO_TCP)
		return MNL_CB_OK;
	/* Grows at each power of two. */
	if (!(all->n & (all->n - 1))) {
		more = realloc(all->v, (all->n ? all->n * 2 : 1) * sizeof(*more));
		if (!more)
			return MNL_CB_ERROR;
		all->v = more;
	}
	all->v[all->n++] = t;
	return MNL_CB_OK;
}

static void dump(struct mnl_socket *nl, struct table *all)
{
	char buffer[BUFFER_SIZE] = { 0 };
	struct nlmsghdr *header = ct_put_get(buffer, NLM_F_DUMP, AF_UNSPEC);
	int ret = MNL_CB_OK;

	if (mnl_socket_sendto(nl, header, header->nlmsg_len) < 0)
		return;
	while (ret > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));

		if (len <= 0)
			return;
		ret = mnl_cb_run(buffer, len, 0, mnl_socket_get_portid(nl), take, all);
	}
}

/* Those of a state together, and in it those of a service. */
static int compare(const void *a, const void *b)
{
	const struct tracked *x = a, *y = b;

	if (x->state != y->state)
		return (int)x->state - y->state;
	if (x->family != y->family)
		return (int)x->family - y->family;
	return memcmp(&x->dst, &y->dst, sizeof(x->dst)) ? : (int)x->dport - y->dport;
}

static size_t alike(const struct table *all, size_t first, bool whole)
{
	const struct tracked *t = &all->v[first];
	size_t n = 1;

	while (first + n < all->n && t[n].state == t->state && (!whole || !compare(t, t + n)))
		n++;
	return n;
}

static void find_service(const struct table *all, size_t first, struct ct_census *c)
{
	size_t n;

	for (size_t i = first; i < first + c->in_state; i += n) {
		const struct tracked *t = &all->v[i];

		n = alike(all, i, true);
		if (n <= c->with_service)
			continue;
		c->with_service = n;
		c->family = t->family;
		c->dst = t->dst;
		c->dport = t->dport;
	}
}

static void count_idle(const struct table *all, size_t first, u64 left, struct ct_census *c)
{
	if (c->state != TCP_CONNTRACK_ESTABLISHED)
		return;
	for (size_t i = first; i < first + c->in_state; i++)
		c->idle += all->v[i].left < left;
}

static void count(const struct table *all, u64 left, struct ct_census *c)
{
	size_t most = 0, n;

	c->udp = all->udp;
	for (size_t i = 0; i < all->n; i += n) {
		n = alike(all, i, false);
		if (n <= c->in_state)
			continue;
		c->in_state = n;
		c->state = all->v[i].state;
		most = i;
	}
	find_service(all, most, c);
	count_idle(all, most, left, c);
}

void ct_census_take(u64 left, struct ct_census *c)
{
	struct mnl_socket *nl = ct_open();
	struct table all = { 0 };

	*c = (struct ct_census){ 0 };
	if (!nl)
		return;
	dump(nl, &all);
	mnl_socket_close(nl);
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), compare);
	count(&all, left, c);
	free(all.v);
}
