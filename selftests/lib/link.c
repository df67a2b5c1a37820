// SPDX-License-Identifier: GPL-2.0
/* Network devices, see link.h. */
#include "link.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

/* What there is not yet */
#define NEW	(NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)

/*
 * The indices of a pair. A veth that has the same as its peer is taken for a device that stands
 * alone, whose carrier linkwatch may leave for a second (linkwatch_urgent_event()).
 */
#define VETH_INDEX	10

/* A request: its header, that of its type, and attributes. */
struct request {
	struct nlmsghdr nlh;
	char data[512];
};

/* What the attributes come after, or what one that holds others begins with. */
static void *put(struct request *r, int len)
{
	void *at = (char *)r + NLMSG_ALIGN(r->nlh.nlmsg_len);

	r->nlh.nlmsg_len = NLMSG_ALIGN(r->nlh.nlmsg_len) + len;
	if (r->nlh.nlmsg_len > sizeof(*r))
		die("a request is too long");
	return at;
}

static struct rtattr *put_attr(struct request *r, int type, const void *data, int len)
{
	struct rtattr *rta = put(r, RTA_LENGTH(len));

	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(rta), data, len);
	return rta;
}

static void put_u32(struct request *r, int type, uint32_t value)
{
	put_attr(r, type, &value, sizeof(value));
}

static void put_name(struct request *r, int type, const char *name)
{
	put_attr(r, type, name, strlen(name) + 1);
}

/* All that was put since is in this attribute. */
static void close_attr(struct request *r, struct rtattr *rta)
{
	rta->rta_len = (char *)r + r->nlh.nlmsg_len - (char *)rta;
}

static void *begin(struct request *r, int type, int flags, int len)
{
	memset(r, 0, sizeof(*r));
	r->nlh.nlmsg_len = NLMSG_HDRLEN;
	r->nlh.nlmsg_type = type;
	r->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	return put(r, len);
}

/* Return: the length of the answer, which is in @answer. */
static int ask(const struct request *r, void *answer, int size)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), len;

	if (fd < 0 || send(fd, r, r->nlh.nlmsg_len, 0) < 0)
		die_errno("rtnetlink");
	len = recv(fd, answer, size, 0);
	if (len < (int)NLMSG_HDRLEN)
		die_errno("rtnetlink");
	close(fd);
	return len;
}

static void carry_out(const struct request *r, const char *what)
{
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
		char more[1024];
	} answer = {};

	ask(r, &answer, sizeof(answer));
	if (answer.nlh.nlmsg_type != NLMSG_ERROR || answer.err.error)
		die("cannot %s: %s", what, strerror(-answer.err.error));
}

static int index_of(const char *name)
{
	struct ifreq ifr = {};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &ifr))
		die_errno("no device %s", name);
	close(fd);
	return ifr.ifr_ifindex;
}

/* Return: the address family; the address is in @to, its length in @len. */
static int parse(const char *address, void *to, int *len)
{
	const int family = strchr(address, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, address, to) != 1)
		die("what address is '%s'?", address);
	*len = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	return family;
}

/**
 * link_veth() - make a pair of devices
 * @name: of the one here and of its peer
 * @peer_ns: the peer's namespace, a file descriptor
 */
void link_veth(const char *name, int peer_ns)
{
	struct request r;
	struct ifinfomsg *ifi = begin(&r, RTM_NEWLINK, NEW, sizeof(*ifi));
	struct rtattr *info, *data, *peer;

	ifi->ifi_index = VETH_INDEX;
	put_name(&r, IFLA_IFNAME, name);
	info = put_attr(&r, IFLA_LINKINFO, NULL, 0);
	put_name(&r, IFLA_INFO_KIND, "veth");
	data = put_attr(&r, IFLA_INFO_DATA, NULL, 0);
	peer = put_attr(&r, VETH_INFO_PEER, NULL, 0);
	ifi = put(&r, sizeof(*ifi));
	ifi->ifi_index = VETH_INDEX + 1;
	put_name(&r, IFLA_IFNAME, name);
	put_u32(&r, IFLA_NET_NS_FD, peer_ns);
	close_attr(&r, peer);
	close_attr(&r, data);
	close_attr(&r, info);
	carry_out(&r, "make a veth pair");
}

/**
 * link_up() - switch a device on
 * @name: its name
 */
void link_up(const char *name)
{
	struct request r;
	struct ifinfomsg *ifi = begin(&r, RTM_NEWLINK, NLM_F_ACK, sizeof(*ifi));

	ifi->ifi_index = index_of(name);
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	carry_out(&r, "switch a device on");
}

/**
 * link_runs() - whether a device passes on what is sent
 * @name: its name
 *
 * That it is up does not say so: its queue is activated when it has a carrier, by
 * linkwatch_do_dev(), and until then what is sent is lost. Its operational state is changed there,
 * too, both under the RTNL.
 */
bool link_runs(const char *name)
{
	struct {
		struct nlmsghdr nlh;
		struct ifinfomsg ifi;
		char attrs[8192];
	} answer;
	struct request r;
	struct ifinfomsg *ifi = begin(&r, RTM_GETLINK, 0, sizeof(*ifi));
	struct rtattr *rta;
	int len;

	ifi->ifi_index = index_of(name);
	len = ask(&r, &answer, sizeof(answer));
	if (answer.nlh.nlmsg_type != RTM_NEWLINK)
		die("cannot look at %s", name);
	len -= NLMSG_LENGTH(sizeof(*ifi));
	for (rta = IFLA_RTA(&answer.ifi); RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if (rta->rta_type == IFLA_OPERSTATE)
			return *(uint8_t *)RTA_DATA(rta) == IF_OPER_UP;
	die("%s has no operational state", name);
}

/**
 * link_address() - give a device an address
 * @name: its name
 * @address: IPv4 or IPv6
 * @bits: of the network's prefix, whose route comes with it
 * @flags: IFA_F_NOPREFIXROUTE: not so; IFA_F_NODAD
 */
void link_address(const char *name, const char *address, int bits, uint32_t flags)
{
	struct request r;
	struct ifaddrmsg *ifa = begin(&r, RTM_NEWADDR, NEW, sizeof(*ifa));
	char binary[sizeof(struct in6_addr)];
	int len;

	ifa->ifa_family = parse(address, binary, &len);
	ifa->ifa_prefixlen = bits;
	ifa->ifa_index = index_of(name);
	put_attr(&r, IFA_LOCAL, binary, len);
	put_attr(&r, IFA_ADDRESS, binary, len);
	put_u32(&r, IFA_FLAGS, flags);
	carry_out(&r, "give a device an address");
}

/**
 * link_is_solicited() - whether a neighbour that asks for an IPv6 address is heard
 * @address: of link_address()
 *
 * addrconf_dad_work() joins its group (RFC 4291 2.7.1), with IFA_F_NODAD, too, and later. Who asked
 * before that asks again after a second.
 */
bool link_is_solicited(const char *address)
{
	FILE *f = fopen("/proc/thread-self/net/igmp6", "re");
	unsigned char ip[sizeof(struct in6_addr)];
	char group[33], line[256];
	bool joined = false;

	if (!f)
		die_errno("cannot read igmp6");
	if (inet_pton(AF_INET6, address, ip) != 1)
		die("what address is '%s'?", address);
	snprintf(group, sizeof(group), "ff0200000000000000000001ff%02x%02x%02x", ip[13], ip[14],
		 ip[15]);
	while (!joined && fgets(line, sizeof(line), f))
		joined = strstr(line, group);
	fclose(f);
	return joined;
}

/**
 * link_route() - a network is reached by a device
 * @name: its name
 * @network: IPv4 or IPv6
 * @bits: of its prefix
 * @rto_min_ms: TCP waits so long for an ACK at least, milliseconds (tcp_rto_min())
 */
void link_route(const char *name, const char *network, int bits, uint32_t rto_min_ms)
{
	struct request r;
	struct rtmsg *rtm = begin(&r, RTM_NEWROUTE, NEW, sizeof(*rtm));
	char binary[sizeof(struct in6_addr)];
	struct rtattr *metrics;
	int len;

	rtm->rtm_family = parse(network, binary, &len);
	rtm->rtm_dst_len = bits;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_BOOT;
	rtm->rtm_scope = rtm->rtm_family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	rtm->rtm_type = RTN_UNICAST;
	put_attr(&r, RTA_DST, binary, len);
	put_u32(&r, RTA_OIF, index_of(name));
	metrics = put_attr(&r, RTA_METRICS, NULL, 0);
	put_u32(&r, RTAX_LOCK, 1 << RTAX_RTO_MIN);
	put_u32(&r, RTAX_RTO_MIN, rto_min_ms);
	close_attr(&r, metrics);
	carry_out(&r, "make a route");
}
