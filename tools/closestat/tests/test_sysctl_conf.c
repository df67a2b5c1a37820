// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../sysctl_conf.h"

static void lines_that_set(void)
{
	EXPECT(sysctl_conf_sets("net.a.b=1", "net.a.b"));
	EXPECT(sysctl_conf_sets("  net.a.b = 1", "net.a.b"));
	EXPECT(sysctl_conf_sets("-net/a/b\t=", "net.a.b"));
}

static void lines_that_do_not(void)
{
	EXPECT(!sysctl_conf_sets("", "net.a.b"));
	EXPECT(!sysctl_conf_sets("net.a.b", "net.a.b"));
	EXPECT(!sysctl_conf_sets("net.a.bc=1", "net.a.b"));
	EXPECT(!sysctl_conf_sets("net.a=1", "net.a.b"));
	EXPECT(!sysctl_conf_sets("#net.a.b=1", "net.a.b"));
	EXPECT(!sysctl_conf_sets(";net.a.b=1", "net.a.b"));
	EXPECT(!sysctl_conf_sets("-", "net.a.b"));
}

int main(void)
{
	tap_begin(2);
	RUN(lines_that_set);
	RUN(lines_that_do_not);
	return tap_end();
}
