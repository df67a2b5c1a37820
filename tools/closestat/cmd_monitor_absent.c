// SPDX-License-Identifier: GPL-2.0
/* closestat monitor and top where there is no libtracefs to build them with. */
#include "command.h"
#include "msg.h"

static int absent(const struct options *o, int n, char **words)
{
	(void)o;
	(void)n;
	(void)words;
	return msg_error("not in this closestat: it was built without libtracefs");
}

const struct command cmd_monitor = {
	.name = "monitor",
	.usage = "",
	.summary = "Show each connection as it ends (not in this build)",
	.help = "This closestat was built without libtracefs, which monitor needs.\n",
	.options = "NAdjf",
	.run = absent,
};

const struct command cmd_top = {
	.name = "top",
	.usage = "",
	.summary = "Show what ends, a second (not in this build)",
	.help = "This closestat was built without libtracefs, which top needs.\n",
	.options = "NAgd1jpf",
	.run = absent,
};
