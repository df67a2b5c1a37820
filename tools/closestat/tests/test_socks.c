// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../cgroup.h"
#include "../endpoint.h"
#include "../sock_age.h"
#include "../sock_filter.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

static bool round_trip(const char *text, const char *want)
{
	char buf[ENDPOINT_SIZE];
	struct in6_addr address;
	u8 family;
	u16 port;

	return !endpoint_parse(text, &family, &address, &port) &&
	       !strcmp(endpoint_format(family, &address, port, buf), want);
}

static void endpoints(void)
{
	struct in6_addr address;
	u8 family;
	u16 port;

	EXPECT(round_trip("10.0.0.1", "10.0.0.1"));
	EXPECT(round_trip("10.0.0.1:80", "10.0.0.1:80"));
	EXPECT(round_trip("::1", "::1") && round_trip("[::1]", "::1"));
	EXPECT(round_trip("[fe80::1]:65535", "[fe80::1]:65535"));
	EXPECT(round_trip("::ffff:10.0.0.1", "10.0.0.1"));
	EXPECT(endpoint_parse("", &family, &address, &port) == -EINVAL);
	EXPECT(endpoint_parse("10.0.0.1:", &family, &address, &port) == -EINVAL);
	EXPECT(endpoint_parse("10.0.0.1:0", &family, &address, &port) == -EINVAL);
	EXPECT(endpoint_parse("10.0.0.1:65536", &family, &address, &port) == -EINVAL);
	EXPECT(endpoint_parse("[::1", &family, &address, &port) == -EINVAL);
	EXPECT(endpoint_parse("[::1]80", &family, &address, &port) == -EINVAL);
	EXPECT(endpoint_parse("host", &family, &address, &port) == -EINVAL);
}

static u32 states(const char *text)
{
	struct sock_filter f = { 0 };

	return sock_filter_add(&f, text) ? 0 : f.states;
}

static void states_by_any_name(void)
{
	EXPECT(states("state=CLOSE_WAIT") == BIT(TCP_CLOSE_WAIT));
	EXPECT(states("state=close-wait") == BIT(TCP_CLOSE_WAIT));
	EXPECT(states("state=closewait,last_ack") == (BIT(TCP_CLOSE_WAIT) | BIT(TCP_LAST_ACK)));
	EXPECT(states("state=fin-wait-1") == BIT(TCP_FIN_WAIT1));
	EXPECT(states("state=close") == BIT(TCP_CLOSE));
	EXPECT(states("state=all") == ~0U);
	EXPECT(!states("state=") && !states("state=wait") && !states("state=closing,"));
}

static bool matches(const char *text)
{
	struct sock_filter f = { 0 };
	struct sock s = { .family = AF_INET, .sport = 80, .dport = 4000 };

	s.dst.s6_addr[0] = 10;
	s.dst.s6_addr[3] = 2;
	return !sock_filter_add(&f, text) && sock_filter_matches(&f, &s);
}

static void filters(void)
{
	struct sock_filter f = { 0 };

	EXPECT(matches("port=80") && matches("port=4000") && !matches("port=40"));
	EXPECT(matches("sport=80") && !matches("sport=4000"));
	EXPECT(matches("dport=4000") && !matches("dport=80"));
	EXPECT(matches("peer=10.0.0.2") && matches("peer=10.0.0.2:4000"));
	EXPECT(!matches("peer=10.0.0.1") && !matches("peer=10.0.0.2:80") && !matches("peer=::1"));
	EXPECT(sock_filter_add(&f, "port") == -ENOENT);
	EXPECT(sock_filter_add(&f, "colour=1") == -ENOENT);
	EXPECT(sock_filter_add(&f, "port=http") == -EINVAL);
	EXPECT(sock_filter_add(&f, "older=long") == -EINVAL);
	EXPECT(!sock_filter_add(&f, "older=10min") && f.older_us == 600000000);
	EXPECT(!sock_filter_add(&f, "older=3") && f.older_us == 3000000);
}

static bool unit_is(const char *path, const char *want)
{
	char unit[UNIT_SIZE];

	return !strcmp(cgroup_unit(path, unit), want);
}

#define ID "4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c0123"

static void units(void)
{
	EXPECT(unit_is("/system.slice/nginx.service", "nginx.service"));
	EXPECT(unit_is("/user.slice/user-0.slice/session-3.scope\n", "session-3.scope"));
	EXPECT(unit_is("/system.slice/docker-" ID ".scope", "docker/4c01db0b339c"));
	EXPECT(unit_is("/docker/" ID, "docker/4c01db0b339c"));
	EXPECT(unit_is("/" ID, "container/4c01db0b339c"));
	EXPECT(unit_is("/kubepods.slice/pod1.slice/cri-containerd-" ID ".scope",
		       "cri-containerd/4c01db0b339c"));
	EXPECT(unit_is("/", "") && unit_is("", "") && unit_is("/a/b", ""));
}

static struct sock in_state(u8 state)
{
	return (struct sock){
		.state = state, .info = true, .data_sent_ms = 1, .ack_received_ms = 2,
	};
}

static void ages(void)
{
	struct sock s = in_state(TCP_CLOSE_WAIT);

	EXPECT(sock_age_ms(&s, 60000, 60000) == 2);
	s = in_state(TCP_FIN_WAIT1);
	EXPECT(sock_age_ms(&s, 60000, 60000) == 1);
	s = in_state(TCP_LISTEN);
	EXPECT(!sock_age_ms(&s, 60000, 60000));
	s = (struct sock){ .state = TCP_TIME_WAIT, .timewait = true, .left_ms = 400 };
	EXPECT(sock_age_ms(&s, 1000, 5000) == 600);
	s.state = TCP_FIN_WAIT2;
	EXPECT(sock_age_ms(&s, 1000, 5000) == 4600);
	/* Begun under a longer setting. */
	EXPECT(!sock_age_ms(&s, 1000, 300));
}

int main(void)
{
	tap_begin(5);
	RUN(endpoints);
	RUN(states_by_any_name);
	RUN(filters);
	RUN(units);
	RUN(ages);
	return tap_end();
}
