// SPDX-License-Identifier: GPL-2.0
#include "settings.h"

#include "lib/units.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define DIR_MODULE "net/tcp_closestat"
#define DIR_IPV4 "net/ipv4"
#define DIR_CONNTRACK "net/netfilter"

/* The kernel keeps these seconds as jiffies in an int; 1000 a second is the most there are. */
#define MAX_JIFFIES_S (INT_MAX / 1000)

static const struct setting settings[] = {
	{
		.name = "time_wait_ms", .dir = DIR_MODULE, .alias = "time_wait",
		.unit = UNIT_MS, .max = 600000, .initial = "60000",
		.meaning = "length of TIME_WAIT for connections that enter it from now on",
	},
	{
		.name = "time_wait_guard", .dir = DIR_MODULE, .alias = "guard",
		.unit = UNIT_SWITCH, .max = 1, .initial = "1",
		.meaning = "never shorter than 3.5 RTO, and 60 s without TCP timestamps",
	},
	{
		.name = "histograms", .dir = DIR_MODULE,
		.unit = UNIT_SWITCH, .max = 1, .initial = "1",
		.meaning = "keep how long connections stay in the closing states",
	},
	{
		.name = "inherit", .dir = DIR_MODULE,
		.unit = UNIT_SWITCH, .max = 1, .initial = "0", .initial_only = true,
		.meaning = "new namespaces start from the initial namespace's values",
	},
	{
		.name = "tcp_tw_timeout", .dir = DIR_IPV4,
		.unit = UNIT_S, .min = 1, .max = 600, .initial = "60", .hidden = true,
		.meaning = "time_wait_ms in seconds, under the name vendor kernels gave it",
	},
	{
		.name = "tcp_fin_timeout", .dir = DIR_IPV4, .owner = OWNER_KERNEL,
		.unit = UNIT_S, .max = MAX_JIFFIES_S, .initial = "60",
		.meaning = "how long an orphan waits in FIN_WAIT2; not the length of TIME_WAIT",
	},
	{
		.name = "tcp_tw_reuse", .dir = DIR_IPV4, .owner = OWNER_KERNEL,
		.unit = UNIT_COUNT, .max = 2, .initial = "2",
		.meaning = "connects may take over a TIME_WAIT: 0 no, 1 yes, 2 on loopback",
	},
	{
		.name = "tcp_tw_reuse_delay", .dir = DIR_IPV4, .owner = OWNER_KERNEL,
		.unit = UNIT_MS, .min = 1, .max = 60000, .initial = "1000",
		.meaning = "how old a TIME_WAIT has to be to be taken over",
	},
	{
		.name = "tcp_max_tw_buckets", .dir = DIR_IPV4, .owner = OWNER_KERNEL,
		.unit = UNIT_COUNT, .max = INT_MAX,
		.meaning = "TIME_WAITs a namespace may hold; more are ended at once",
	},
	{
		.name = "tcp_orphan_retries", .dir = DIR_IPV4, .owner = OWNER_KERNEL,
		.unit = UNIT_COUNT, .max = 255, .initial = "0",
		.meaning = "retransmissions before an orphan gives up; 0 means 8",
	},
	{
		.name = "tcp_max_orphans", .dir = DIR_IPV4, .owner = OWNER_KERNEL,
		.unit = UNIT_COUNT, .max = INT_MAX, .initial_only = true,
		.meaning = "orphans the host may hold; more are reset",
	},
	{
		.name = "tcp_rfc1337", .dir = DIR_IPV4, .owner = OWNER_KERNEL,
		.unit = UNIT_COUNT, .max = 255, .initial = "0",
		.meaning = "not 0: a RST does not end a TIME_WAIT",
	},
	{
		.name = "ip_local_port_range", .dir = DIR_IPV4, .owner = OWNER_KERNEL,
		.unit = UNIT_PORTS, .min = 1, .max = 65535, .initial = "32768 60999",
		.meaning = "ports for connects; ports / TIME_WAIT is the rate they sustain",
	},
	{
		.name = "nf_conntrack_tcp_timeout_time_wait", .dir = DIR_CONNTRACK,
		.owner = OWNER_CONNTRACK, .unit = UNIT_S, .max = MAX_JIFFIES_S, .initial = "120",
		.meaning = "how long connection tracking keeps a connection in TIME_WAIT",
	},
	{
		.name = "nf_conntrack_tcp_timeout_fin_wait", .dir = DIR_CONNTRACK,
		.owner = OWNER_CONNTRACK, .unit = UNIT_S, .max = MAX_JIFFIES_S, .initial = "120",
		.meaning = "the same in FIN_WAIT",
	},
	{
		.name = "nf_conntrack_tcp_timeout_close_wait", .dir = DIR_CONNTRACK,
		.owner = OWNER_CONNTRACK, .unit = UNIT_S, .max = MAX_JIFFIES_S, .initial = "60",
		.meaning = "the same in CLOSE_WAIT",
	},
	{
		.name = "nf_conntrack_tcp_timeout_last_ack", .dir = DIR_CONNTRACK,
		.owner = OWNER_CONNTRACK, .unit = UNIT_S, .max = MAX_JIFFIES_S, .initial = "30",
		.meaning = "the same in LAST_ACK",
	},
	{
		.name = "nf_conntrack_tcp_timeout_close", .dir = DIR_CONNTRACK,
		.owner = OWNER_CONNTRACK, .unit = UNIT_S, .max = MAX_JIFFIES_S, .initial = "10",
		.meaning = "the same after a RST",
	},
};

const struct setting *setting_at(size_t i)
{
	return i < ARRAY_SIZE(settings) ? &settings[i] : NULL;
}

static bool is_full_name(const struct setting *k, const char *name)
{
	const char *d = k->dir;

	for (; *d; d++, name++) {
		if (*name != *d && !(*d == '/' && *name == '.'))
			return false;
	}
	return (*name == '.' || *name == '/') && !strcmp(name + 1, k->name);
}

const struct setting *setting_find(const char *name)
{
	const struct setting *k;

	for (size_t i = 0; (k = setting_at(i)); i++) {
		if (!strcmp(name, k->name) || (k->alias && !strcmp(name, k->alias)) ||
		    is_full_name(k, name))
			return k;
	}
	return NULL;
}

const char *setting_unit_name(const struct setting *k)
{
	switch (k->unit) {
	case UNIT_MS:
		return "ms";
	case UNIT_S:
		return "s";
	default:
		return "";
	}
}

static int in_range(const struct setting *k, u64 v)
{
	return v < k->min || v > k->max ? -ERANGE : 0;
}

static int parse_switch(const char *text, u64 *v)
{
	if (!strcmp(text, "on")) {
		*v = 1;
		return 0;
	}
	if (!strcmp(text, "off")) {
		*v = 0;
		return 0;
	}
	return parse_u64(text, v);
}

static int parse_time(const struct setting *k, const char *name, const char *text, u64 *v)
{
	u64 unit = k->unit == UNIT_MS ? US_PER_MS : US_PER_S;
	bool ask = k->alias && !strcmp(name, k->alias);
	u64 us;
	int ret;

	ret = parse_duration(text, ask ? 0 : unit, &us);
	if (ret)
		return ret;
	if (us % unit)
		return -EDOM;
	*v = us / unit;
	return 0;
}

static int parse_ports(const struct setting *k, const char *text, char *value)
{
	size_t len = strcspn(text, " \t-");
	u64 first, last;
	char low[8];
	int ret;

	if (!text[len] || len >= sizeof(low))
		return -EINVAL;
	memcpy(low, text, len);
	low[len] = '\0';
	if (parse_u64(low, &first) || parse_u64(text + len + 1, &last))
		return -EINVAL;
	if (first > last)
		return -ERANGE;
	ret = in_range(k, first) ? : in_range(k, last);
	if (!ret)
		snprintf(value, SETTING_VALUE_SIZE, "%u %u", (unsigned int)first,
			 (unsigned int)last);
	return ret;
}

int setting_parse(const struct setting *k, const char *name, const char *text, char *value)
{
	u64 v = 0;
	int ret;

	switch (k->unit) {
	case UNIT_PORTS:
		return parse_ports(k, text, value);
	case UNIT_MS:
	case UNIT_S:
		ret = parse_time(k, name, text, &v);
		break;
	case UNIT_SWITCH:
		ret = parse_switch(text, &v);
		break;
	default:
		ret = parse_u64(text, &v);
		break;
	}
	if (!ret)
		ret = in_range(k, v);
	if (!ret)
		snprintf(value, SETTING_VALUE_SIZE, "%llu", v);
	return ret;
}
