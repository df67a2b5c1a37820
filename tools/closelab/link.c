// SPDX-License-Identifier: GPL-2.0
#include "link.h"

#include "lib/netns.h"
#include "lib/util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUF_SIZE 4096

/* How long a device may take to be in operation. */
#define UP_MS 10000

static int talk(struct nlmsghdr *nlh)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buf[BUF_SIZE];
	int n, err = 0;

	if (!nl)
		return -errno;
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = 1;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0) {
		err = -errno;
	} else {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0 || mnl_cb_run(buf, n, 1, mnl_socket_get_portid(nl),
					NULL, NULL) < 0)
			err = -errno;
	}
	mnl_socket_close(nl);
	return err;
}

static int talk_in(int ns, struct nlmsghdr *nlh)
{
	int err = netns_enter(ns);

	if (!err)
		err = talk(nlh);
	return netns_enter(-1) ?: err;
}

static struct nlmsghdr *message(char *buf, int type, int flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	return nlh;
}

static int index_in(int ns, const char *name)
{
	int index, err = netns_enter(ns);

	if (err)
		return err;
	index = if_nametoindex(name);
	err = netns_enter(-1);
	return err ?: index ?: -ENODEV;
}

static int set_up(int ns, const char *name)
{
	char buf[BUF_SIZE] = { 0 };
	struct nlmsghdr *nlh = message(buf, RTM_NEWLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return talk_in(ns, nlh);
}

int link_loopback(int ns)
{
	return set_up(ns, "lo");
}

static int offload_off(int ns, const char *name)
{
	static const __u32 features[] = {
		ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO,
	};
	int fd, err = netns_enter(ns);

	if (err)
		return err;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = netns_enter(-1);
	if (err || fd < 0)
		return err ?: -errno;
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		struct ethtool_value value = { .cmd = features[i] };
		struct ifreq ifr = { 0 };

		strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
		ifr.ifr_data = (void *)&value;
		if (ioctl(fd, SIOCETHTOOL, &ifr) && !err)
			err = -errno;
	}
	close(fd);
	return err;
}

int link_wait_up(int ns, const char *name)
{
	struct ifreq ifr = { 0 };
	int fd, err = netns_enter(ns);

	if (err)
		return err;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = netns_enter(-1);
	if (err || fd < 0)
		return err ?: -errno;
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	err = -ETIMEDOUT;
	for (int ms = 0; ms < UP_MS; ms++) {
		struct timespec pause = { 0, 1000000 };

		if (ioctl(fd, SIOCGIFFLAGS, &ifr)) {
			err = -errno;
			break;
		}
		if (ifr.ifr_flags & IFF_RUNNING) {
			err = 0;
			break;
		}
		nanosleep(&pause, NULL);
	}
	close(fd);
	return err;
}

int link_veth(int ns1, const char *name1, int ns2, const char *name2)
{
	char buf[BUF_SIZE] = { 0 };
	struct nlmsghdr *nlh = message(buf, RTM_NEWLINK,
				       NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *peer;
	int err;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name1);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name2);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, ns2);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	err = talk_in(ns1, nlh);
	if (!err)
		err = offload_off(ns1, name1);
	if (!err)
		err = offload_off(ns2, name2);
	if (!err)
		err = set_up(ns1, name1);
	return err ?: set_up(ns2, name2);
}

/* The bytes of an address; its family, or 0 when it is none. */
static int parse(const char *text, void *bytes, size_t *len)
{
	*len = 4;
	if (inet_pton(AF_INET, text, bytes) == 1)
		return AF_INET;
	*len = 16;
	return inet_pton(AF_INET6, text, bytes) == 1 ? AF_INET6 : 0;
}

int link_address(int ns, const char *name, const char *address, int prefix)
{
	char buf[BUF_SIZE] = { 0 };
	struct nlmsghdr *nlh = message(buf, RTM_NEWADDR,
				       NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	int index = index_in(ns, name);
	unsigned char bytes[16];
	size_t len;

	if (index < 0)
		return index;
	ifa->ifa_family = parse(address, bytes, &len);
	ifa->ifa_prefixlen = prefix;
	ifa->ifa_index = index;
	if (ifa->ifa_family == AF_INET6)
		ifa->ifa_flags = IFA_F_NODAD;
	mnl_attr_put(nlh, IFA_LOCAL, len, bytes);
	mnl_attr_put(nlh, IFA_ADDRESS, len, bytes);
	return talk_in(ns, nlh);
}

int link_route(int ns, const char *name, const char *to, const char *gateway,
	       unsigned int rto_min_ms)
{
	char buf[BUF_SIZE] = { 0 };
	struct nlmsghdr *nlh = message(buf, RTM_NEWROUTE,
				       NLM_F_CREATE | NLM_F_EXCL);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	int index = index_in(ns, name);
	struct nlattr *metrics;
	unsigned char bytes[16];
	size_t len;

	if (index < 0)
		return index;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	rtm->rtm_type = RTN_UNICAST;
	if (to) {
		rtm->rtm_family = parse(to, bytes, &len);
		rtm->rtm_dst_len = 8 * len;
		mnl_attr_put(nlh, RTA_DST, len, bytes);
	}
	if (gateway) {
		rtm->rtm_family = parse(gateway, bytes, &len);
		mnl_attr_put(nlh, RTA_GATEWAY, len, bytes);
	}
	mnl_attr_put_u32(nlh, RTA_OIF, index);
	metrics = mnl_attr_nest_start(nlh, RTA_METRICS);
	/* TCP heeds it only when it is locked. */
	mnl_attr_put_u32(nlh, RTAX_LOCK, 1 << RTAX_RTO_MIN);
	mnl_attr_put_u32(nlh, RTAX_RTO_MIN, rto_min_ms);
	mnl_attr_nest_end(nlh, metrics);
	return talk_in(ns, nlh);
}

static int set_queue(int ns, const char *name, const char *kind, int flags,
		     const void *options, size_t len)
{
	char buf[BUF_SIZE] = { 0 };
	struct nlmsghdr *nlh = message(buf, RTM_NEWQDISC, flags);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
	int index = index_in(ns, name);

	if (index < 0)
		return index;
	tcm->tcm_ifindex = index;
	tcm->tcm_parent = TC_H_ROOT;
	mnl_attr_put_strz(nlh, TCA_KIND, kind);
	mnl_attr_put(nlh, TCA_OPTIONS, len, options);
	return talk_in(ns, nlh);
}

int link_plug(int ns, const char *name, enum plug what)
{
	static const int actions[] = {
		[PLUG_HOLD] = TCQ_PLUG_LIMIT,
		[PLUG_MARK] = TCQ_PLUG_BUFFER,
		[PLUG_RELEASE_MARKED] = TCQ_PLUG_RELEASE_ONE,
		[PLUG_RELEASE] = TCQ_PLUG_RELEASE_INDEFINITE,
	};
	struct tc_plug_qopt opt = { .action = actions[what], .limit = 1 << 20 };

	/* A new queue of this kind holds back from the start. */
	return set_queue(ns, name, "plug", what == PLUG_HOLD ?
			 NLM_F_CREATE | NLM_F_EXCL : 0, &opt, sizeof(opt));
}

int link_delay(int ns, const char *name, unsigned int ms)
{
	/* The kernel counts these in psched ticks of 64 ns. */
	struct tc_netem_qopt opt = {
		.latency = (__u32)((unsigned long long)ms * 1000000 / 64),
		.limit = 1000,
	};

	return set_queue(ns, name, "netem", NLM_F_CREATE | NLM_F_REPLACE, &opt,
			 sizeof(opt));
}
