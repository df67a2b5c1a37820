// SPDX-License-Identifier: GPL-2.0
#include "lab_net.h"

#include "lab.h"
#include "lib/netns.h"
#include "lib/util.h"
#include "link.h"
#include "netns_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The router's devices, by the side they lead to. */
static const char * const router_device[2] = { "to-a", "to-b" };

/* Addresses from the blocks that are set aside for documentation. */
struct plan {
	const char *a, *b, *a2;
	const char *gateway[2];
	int prefix;
};

/* And of B and C, where B is a proxy. */
static const char * const front[2][2] = {
	{ "203.0.113.1", "203.0.113.2" },
	{ "2001:db8:c::1", "2001:db8:c::2" },
};

static const struct plan plans[2][2] = {
	{	/* IPv4: direct, routed */
		{ "192.0.2.1", "192.0.2.2", "192.0.2.3", { NULL }, 24 },
		{ "192.0.2.1", "198.51.100.2", "192.0.2.3",
		  { "192.0.2.254", "198.51.100.254" }, 24 },
	}, {	/* IPv6 */
		{ "2001:db8:a::1", "2001:db8:a::2", "2001:db8:a::3", { NULL },
		  64 },
		{ "2001:db8:a::1", "2001:db8:b::2", "2001:db8:a::3",
		  { "2001:db8:a::fe", "2001:db8:b::fe" }, 64 },
	},
};

static bool routed(const struct lab *lab)
{
	return lab->scenario->routed || lab->options.delay_ms;
}

static int make_namespaces(struct lab *lab)
{
	int err = netns_init();

	if (err)
		return lab_fail(lab, "no network namespaces: %s",
				strerror(-err));
	for (int i = 0; i <= ROUTER; i++) {
		if (i == ROUTER ? !routed(lab) : i >= lab_sides(lab))
			continue;
		lab->ns[i] = netns_new();
		if (lab->ns[i] == -EPERM)
			return lab_fail(lab, "no permission to make network namespaces: needs CAP_SYS_ADMIN and CAP_NET_ADMIN, run it as root");
		if (lab->ns[i] < 0)
			return lab_fail(lab, "cannot make a network namespace: %s",
					strerror(-lab->ns[i]));
		/* Addresses are ready at once, the link-local ones too. */
		err = netns_sysctl(lab->ns[i],
				   "net/ipv6/conf/default/accept_dad", "0");
		if (err && lab->options.ipv6)
			return lab_fail(lab, "no IPv6: %s", strerror(-err));
	}
	return 0;
}

/* IPv6 must wait until the devices are in operation, IPv4 need not. */
static int wait_up(struct lab *lab)
{
	int err = 0;

	if (!lab->options.ipv6)
		return 0;
	for (int side = 0; side < 2 && !err; side++) {
		err = link_wait_up(lab->ns[side], DEVICE);
		if (!err && routed(lab))
			err = link_wait_up(lab->ns[ROUTER],
					   router_device[side]);
	}
	return err;
}

static int join_direct(struct lab *lab)
{
	return link_veth(lab->ns[A], DEVICE, lab->ns[B], DEVICE) ?:
	       wait_up(lab);
}

static int join_routed(struct lab *lab, const struct plan *plan)
{
	int err = netns_sysctl(lab->ns[ROUTER], "net/ipv4/ip_forward", "1");

	if (!err && lab->options.ipv6)
		err = netns_sysctl(lab->ns[ROUTER],
				   "net/ipv6/conf/all/forwarding", "1");
	for (int side = 0; side < 2 && !err; side++)
		err = link_veth(lab->ns[side], DEVICE, lab->ns[ROUTER],
				router_device[side]);
	if (!err)
		err = wait_up(lab);
	for (int side = 0; side < 2 && !err; side++)
		err = link_address(lab->ns[ROUTER], router_device[side],
				   plan->gateway[side], plan->prefix);
	return err;
}

static int give_addresses(struct lab *lab, const struct plan *plan)
{
	const struct { enum side side; const char *text; } all[] = {
		{ A, plan->a }, { B, plan->b }, { A, plan->a2 },
	};
	int err = 0;

	for (size_t i = 0; i < 3 && !err; i++) {
		lab->address[i] = all[i].text;
		err = link_address(lab->ns[all[i].side], DEVICE, all[i].text,
				   plan->prefix);
	}
	return err;
}

/* The leg of a proxy that its clients see. */
static int join_front(struct lab *lab)
{
	const char *const *address = front[lab->options.ipv6];
	static const char *const device[] = { FRONT_DEVICE, DEVICE };
	unsigned int rto_min_ms = scenario_rto_ms(lab->scenario);
	int prefix = lab->options.ipv6 ? 64 : 24;
	int err = link_veth(lab->ns[B], FRONT_DEVICE, lab->ns[C], DEVICE);

	lab->address[3] = address[0];
	for (int i = 0; i < 2 && !err; i++)
		if (lab->options.ipv6)
			err = link_wait_up(lab->ns[B + i], device[i]);
	for (int i = 0; i < 2 && !err; i++)
		err = link_address(lab->ns[B + i], device[i], address[i],
				   prefix);
	for (int i = 0; i < 2 && !err; i++)
		err = link_route(lab->ns[B + i], device[i], address[!i], NULL,
				 rto_min_ms);
	return err;
}

static int give_routes(struct lab *lab, const struct plan *plan)
{
	unsigned int rto_min_ms = scenario_rto_ms(lab->scenario);
	const struct { int side; const char *to, *gateway; } direct[] = {
		{ A, plan->b, NULL }, { B, plan->a, NULL },
		{ B, plan->a2, NULL },
	}, by_router[] = {
		{ A, NULL, plan->gateway[A] }, { B, NULL, plan->gateway[B] },
	}, *route = routed(lab) ? by_router : direct;
	size_t count = routed(lab) ? 2 : 3;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = link_route(lab->ns[route[i].side], DEVICE, route[i].to,
				 route[i].gateway, rto_min_ms);
	return err;
}

/* A fresh namespace copies some of TCP's settings from the first one. */
static int settle(struct lab *lab)
{
	static const char * const settings[][2] = {
		{ "net/ipv4/tcp_timestamps", "1" },
		{ "net/ipv4/tcp_tw_reuse", "0" },
		{ "net/ipv4/tcp_fin_timeout", "60" },
		{ "net/ipv4/tcp_syncookies", "1" },
		/* A probe for a lost tail would be one segment too many. */
		{ "net/ipv4/tcp_early_retrans", "0" },
		/* A scenario that narrows it takes ports below, which no connection has then. */
		{ "net/ipv4/ip_local_port_range", "32768 60999" },
	};
	int err = 0;

	for (int side = 0; side < lab_sides(lab); side++)
		for (size_t i = 0; i < ARRAY_SIZE(settings) &&
		     !err; i++)
			err = netns_sysctl(lab->ns[side], settings[i][0],
					   settings[i][1]);
	return err;
}

/* 0 where the kernel lets TIME_WAIT not be tuned, too: then it has its own length. */
static int set_untuned(int ns, const char *name, const char *value)
{
	int err = netns_sysctl(ns, name, value);

	return err == -EOPNOTSUPP ? 0 : err;
}

/*
 * Namespaces may start from the host's settings (net.tcp_closestat.inherit), and the
 * scenarios are about the defaults. 60000 is the kernel's own length, whatever that is.
 */
static int set_defaults(struct lab *lab)
{
	static const char * const settings[][2] = {
		{ "net/tcp_closestat/time_wait_guard", "1" },
		{ "net/tcp_closestat/time_wait_ms", "60000" },
		{ "net/tcp_closestat/histograms", "1" },
	};
	int err = 0;

	for (int side = 0; side < lab_sides(lab); side++)
		for (size_t i = 0; i < ARRAY_SIZE(settings) && !err; i++)
			err = set_untuned(lab->ns[side], settings[i][0],
					  settings[i][1]);
	/* Without the module there is nothing to set; who needs it says so later. */
	if (!err || err == -ENOENT)
		return 0;
	return lab_fail(lab, "cannot set tcp_closestat's sysctls: %s",
			strerror(-err));
}

static int set_time_wait(struct lab *lab)
{
	char value[32];

	if (set_defaults(lab))
		return -1;
	if (lab->options.time_wait_ms < 0)
		return 0;
	snprintf(value, sizeof(value), "%ld", lab->options.time_wait_ms);
	for (int side = 0; side < lab_sides(lab); side++) {
		int err = netns_sysctl(lab->ns[side],
				       "net/tcp_closestat/time_wait_guard",
				       "0");

		if (!err)
			err = netns_sysctl(lab->ns[side],
					   "net/tcp_closestat/time_wait_ms",
					   value);
		if (err == -EOPNOTSUPP)
			return lab_fail(lab, "this kernel's TIME_WAIT cannot be tuned by tcp_closestat: see dmesg");
		if (err)
			return lab_fail(lab, "cannot set TIME_WAIT to %s ms: %s",
					value, strerror(-err));
	}
	return 0;
}

static int set_delay(struct lab *lab)
{
	int err = 0;

	if (!lab->options.delay_ms)
		return 0;
	for (int side = 0; side < 2 && !err; side++)
		err = link_delay(lab->ns[ROUTER], router_device[side],
				 lab->options.delay_ms);
	lab->skip = err == -ENOENT;
	if (err)
		return lab_fail(lab, err == -ENOENT ?
				"this kernel has no netem (sch_netem): %s" :
				"cannot set the delay: %s", strerror(-err));
	return 0;
}

int lab_net_build(struct lab *lab)
{
	const struct plan *plan = &plans[lab->options.ipv6]
					[routed(lab)];
	int err;

	if (make_namespaces(lab))
		return -1;
	for (int side = 0; side < lab_sides(lab); side++) {
		err = link_loopback(lab->ns[side]);
		if (err)
			return lab_fail(lab, "cannot bring up a loopback device: %s",
					strerror(-err));
	}
	err = routed(lab) ? join_routed(lab, plan) :
				      join_direct(lab);
	if (err)
		return lab_fail(lab, "cannot join the namespaces by veth: %s",
				strerror(-err));
	err = give_addresses(lab, plan);
	if (err)
		return lab_fail(lab, "cannot set the addresses: %s",
				strerror(-err));
	err = give_routes(lab, plan);
	if (err)
		return lab_fail(lab, "cannot set the routes: %s",
				strerror(-err));
	if (lab->scenario->proxied)
		err = join_front(lab);
	if (err)
		return lab_fail(lab, "cannot join the proxy and its client: %s",
				strerror(-err));
	err = settle(lab);
	if (err)
		return lab_fail(lab, "cannot set TCP's sysctls: %s",
				strerror(-err));
	return set_delay(lab) ?: set_time_wait(lab);
}

int lab_net_plug(struct lab *lab, int side, enum plug what)
{
	int err = link_plug(lab->ns[ROUTER], router_device[side], what);

	if (!err)
		return 0;
	lab->skip = err == -ENOENT;
	return lab_fail(lab, err == -ENOENT ?
			"this kernel has no plug queue (sch_plug): %s" :
			"cannot hold back segments: %s", strerror(-err));
}

int lab_net_rules(struct lab *lab, int where, const char *rules)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };
	char text[2048];
	int code;

	snprintf(text, sizeof(text),
		 "table inet closelab\n"
		 "delete table inet closelab\n"
		 "table inet closelab {\n"
		 "	chain lab {\n"
		 "		type filter hook %s priority 0;\n"
		 "		%s\n"
		 "	}\n"
		 "}\n",
		 where == ROUTER ? "forward" : "output", rules ? rules : "");
	code = netns_run(lab->ns[where], argv, text);
	lab->skip = code == 127;
	if (code == 127)
		return lab_fail(lab, "the program nft is missing: install nftables");
	if (code)
		return lab_fail(lab, "nft failed (%d)", code);
	return 0;
}

int lab_net_program(struct lab *lab, int side, const char *package,
		    const char *command)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	int code = netns_run(lab->ns[side], argv, NULL);

	lab->skip = code == 127;
	if (code == 127)
		return lab_fail(lab, "a program is missing: install %s",
				package);
	if (code)
		return lab_fail(lab, "exit code %d of: %s", code, command);
	return 0;
}

int lab_net_sysctl(struct lab *lab, int side, const char *assignment)
{
	char name[128];
	const char *value = strchr(assignment, '=');
	int err;

	snprintf(name, sizeof(name), "%.*s", (int)(value - assignment),
		 assignment);
	err = netns_sysctl(lab->ns[side], name, value + 1);
	if (err)
		return lab_fail(lab, "cannot set %s: %s", assignment,
				strerror(-err));
	return 0;
}

void lab_net_close(struct lab *lab)
{
	for (int i = 0; i <= ROUTER; i++) {
		if (lab->ns[i] >= 0)
			close(lab->ns[i]);
		lab->ns[i] = -1;
	}
}
