// SPDX-License-Identifier: GPL-2.0
#include "host_value.h"

#include "lib/netns.h"
#include "lib/procfile.h"
#include "lib/units.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int parse_number(char *text, u64 *number)
{
	text[strcspn(text, "\n\t ")] = '\0';
	return parse_u64(text, number);
}

int procfile_number(const char *name, u64 *number)
{
	char *text;
	int ret = procfile_read(name, &text, NULL);

	if (ret)
		return ret;
	ret = parse_number(text, number);
	free(text);
	return ret;
}

int host_read(const char *name, char **text)
{
	int ret = procfile_read(name, text, NULL);
	int own, host;

	if (ret != -ENOENT || getenv("PROC_ROOT"))
		return ret;
	own = netns_current();
	host = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	if (own >= 0 && host >= 0 && !netns_enter(host)) {
		ret = procfile_read(name, text, NULL);
		/* In the wrong namespace nothing that follows would be true. */
		if (netns_enter(own))
			abort();
	}
	if (own >= 0)
		close(own);
	if (host >= 0)
		close(host);
	return ret;
}

int host_value(const char *name, u64 *number)
{
	char *text;
	int ret = host_read(name, &text);

	if (ret)
		return ret;
	ret = parse_number(text, number);
	free(text);
	return ret;
}
