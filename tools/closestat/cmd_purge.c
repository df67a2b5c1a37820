// SPDX-License-Identifier: GPL-2.0
/* closestat purge: end the TIME_WAITs of a namespace. */
#include "command.h"
#include "msg.h"
#include "settings.h"
#include "sysctl.h"

static int purge(const struct options *o, int n, char **words)
{
	static const struct setting trigger = {
		.name = "time_wait_purge", .dir = "net/tcp_closestat", .min = 1, .max = 1,
	};
	int ret;

	(void)o;
	if (n)
		return msg_usage("purge", "unexpected '%s'", words[0]);
	ret = sysctl_write(&trigger, "1");
	return ret ? sysctl_explain(&trigger, "1", -ret) : EXIT_OK;
}

const struct command cmd_purge = {
	.name = "purge",
	.usage = "[-N NETNS]",
	.summary = "End every TIME_WAIT of a network namespace now",
	.help = "The counter time_wait_purged tells how many have been ended this way.\n"
		"\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or a path\n",
	.options = "N",
	.run = purge,
};
