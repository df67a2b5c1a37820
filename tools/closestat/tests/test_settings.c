// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../settings.h"

#include <errno.h>
#include <string.h>

static bool becomes(const char *name, const char *text, const char *want)
{
	const struct setting *k = setting_find(name);
	char value[SETTING_VALUE_SIZE];

	return k && !setting_parse(k, name, text, value) && !strcmp(value, want);
}

static int error(const char *name, const char *text)
{
	char value[SETTING_VALUE_SIZE] = "untouched";
	int ret = setting_parse(setting_find(name), name, text, value);

	EXPECT(!strcmp(value, "untouched"));
	return ret;
}

static void names(void)
{
	const struct setting *k = setting_find("time_wait_ms");

	EXPECT(k && setting_find("time_wait") == k);
	EXPECT(setting_find("net.tcp_closestat.time_wait_ms") == k);
	EXPECT(setting_find("net/tcp_closestat/time_wait_ms") == k);
	EXPECT(setting_find("net.ipv4.tcp_fin_timeout") == setting_find("tcp_fin_timeout"));
	EXPECT(!setting_find("net.ipv4.time_wait_ms"));
	EXPECT(!setting_find("net.tcp_closestat"));
	EXPECT(!setting_find("net.tcp_closestat."));
	EXPECT(!setting_find("net.tcp_closestat.time_wait"));
	EXPECT(!setting_find("nett"));
	EXPECT(!setting_find(""));
	EXPECT(!setting_find("../../etc/passwd"));
}

static void every_default_is_in_range(void)
{
	const struct setting *k;
	size_t i;

	for (i = 0; (k = setting_at(i)); i++) {
		if (k->initial)
			EXPECT(becomes(k->name, k->initial, k->initial));
		EXPECT(setting_find(k->name) == k);
		EXPECT(k->min <= k->max);
	}
	EXPECT(i > 10);
}

static void lengths_of_time(void)
{
	EXPECT(becomes("time_wait", "1500ms", "1500"));
	EXPECT(becomes("time_wait", "1.5s", "1500"));
	EXPECT(becomes("time_wait", "10min", "600000"));
	EXPECT(becomes("time_wait", "0s", "0"));
	EXPECT(becomes("time_wait_ms", "1500", "1500"));
	EXPECT(becomes("time_wait_ms", "2s", "2000"));
	EXPECT(becomes("net.tcp_closestat.time_wait_ms", "1500", "1500"));
	EXPECT(becomes("tcp_fin_timeout", "5", "5"));
	EXPECT(becomes("tcp_fin_timeout", "5000ms", "5"));
	EXPECT(error("time_wait", "1500") == -ENODATA);
	EXPECT(error("time_wait", "") == -EINVAL);
	EXPECT(error("time_wait", "ten") == -EINVAL);
	EXPECT(error("time_wait", "0.5ms") == -EDOM);
	EXPECT(error("tcp_fin_timeout", "1500ms") == -EDOM);
	EXPECT(error("time_wait_ms", "600001") == -ERANGE);
	EXPECT(error("time_wait", "11min") == -ERANGE);
	EXPECT(error("tcp_tw_timeout", "0") == -ERANGE);
	EXPECT(error("time_wait_ms", "-1") == -EINVAL);
}

static void switches(void)
{
	EXPECT(becomes("guard", "on", "1"));
	EXPECT(becomes("guard", "off", "0"));
	EXPECT(becomes("time_wait_guard", "0", "0"));
	EXPECT(error("guard", "2") == -ERANGE);
	EXPECT(error("guard", "yes") == -EINVAL);
	EXPECT(error("guard", "") == -EINVAL);
}

static void port_ranges(void)
{
	EXPECT(becomes("ip_local_port_range", "1024 2048", "1024 2048"));
	EXPECT(becomes("ip_local_port_range", "1024-2048", "1024 2048"));
	EXPECT(becomes("ip_local_port_range", "5\t5", "5 5"));
	EXPECT(error("ip_local_port_range", "1024") == -EINVAL);
	EXPECT(error("ip_local_port_range", "1024-") == -EINVAL);
	EXPECT(error("ip_local_port_range", "-1024") == -EINVAL);
	EXPECT(error("ip_local_port_range", "1-2-3") == -EINVAL);
	EXPECT(error("ip_local_port_range", "2048-1024") == -ERANGE);
	EXPECT(error("ip_local_port_range", "0-9") == -ERANGE);
	EXPECT(error("ip_local_port_range", "9-65536") == -ERANGE);
	EXPECT(error("ip_local_port_range", "123456789-123456789") == -EINVAL);
}

int main(void)
{
	tap_begin(5);
	RUN(names);
	RUN(every_default_is_in_range);
	RUN(lengths_of_time);
	RUN(switches);
	RUN(port_ranges);
	return tap_end();
}
