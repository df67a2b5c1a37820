// SPDX-License-Identifier: GPL-2.0
#include "lab_proxy.h"

#include "lab.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "lib/util.h"
#include "netns_run.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* Seconds: an emulated machine loads a large program slowly. */
#define START_SECONDS 300

static int listens(struct lab *lab, void *data)
{
	const struct proxy *proxy = data;
	int status;

	if (waitpid(lab->helper, &status, WNOHANG) == lab->helper) {
		lab->helper = 0;
		lab->skip = WIFEXITED(status) && WEXITSTATUS(status) == 127;
		return lab_fail(lab, lab->skip ?
				"a program is missing: install %s" :
				"%s ended at once", proxy->package);
	}
	if (lab_look(lab, B))
		return -1;
	for (size_t i = 0; i < lab->last[B].count; i++)
		if (lab->last[B].socket[i].state == ST_LISTEN &&
		    lab->last[B].socket[i].local == PROXY_PORT)
			return 1;
	return 0;
}

/* The configuration with every name replaced: 0, or -1 without room. */
static int fill_in(const struct lab *lab, const char *config, char *text,
		   size_t size)
{
	const char *loopback = lab->options.ipv6 ? "::1" : "127.0.0.1";
	const struct { const char *name, *address; int port; } names[] = {
		{ "@PROXY@", lab->scenario->proxied ? lab->address[3] : loopback,
		  PROXY_PORT },
		{ "@A@", lab->address[0], SERVER_PORT },
		{ "@A2@", lab->address[2], SERVER_PORT },
	};
	const char *format = lab->options.ipv6 ? "[%s]:%d" : "%s:%d";
	size_t len = 0;

	while (*config && len < size) {
		size_t i = 0;

		while (i < ARRAY_SIZE(names) &&
		       strncmp(config, names[i].name, strlen(names[i].name)))
			i++;
		if (i < ARRAY_SIZE(names)) {
			len += snprintf(text + len, size - len, format,
					names[i].address, names[i].port);
			config += strlen(names[i].name);
		} else {
			text[len++] = *config++;
		}
	}
	if (len >= size)
		return -1;
	text[len] = '\0';
	return 0;
}

int lab_proxy_start(struct lab *lab, const struct proxy *proxy)
{
	const char *const argv[] = { "sh", "-c", proxy->command, NULL };
	char config[2048];
	pid_t pid;

	if (fill_in(lab, proxy->config, config, sizeof(config)))
		return lab_fail(lab, "the configuration of %s is too long",
				proxy->package);
	pid = netns_spawn(lab->ns[B], argv, config);
	if (pid < 0)
		return lab_fail(lab, "cannot start %s: %s", proxy->package,
				strerror(-pid));
	lab->helper = pid;
	return lab_wait(lab, "the proxy to listen", START_SECONDS, listens,
			(void *)proxy);
}
