// SPDX-License-Identifier: GPL-2.0
/* closestat monitor where there is no libtracefs to build it with. */
#include "command.h"
#include "msg.h"

static int monitor(const struct options *o, int n, char **words)
{
	(void)o;
	(void)n;
	(void)words;
	return msg_error("monitor is not in this closestat: it was built without libtracefs");
}

const struct command cmd_monitor = {
	.name = "monitor",
	.usage = "",
	.summary = "Show each connection as it ends (not in this build)",
	.help = "This closestat was built without libtracefs, which monitor needs.\n",
	.options = "NAdj",
	.run = monitor,
};
