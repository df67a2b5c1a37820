// SPDX-License-Identifier: GPL-2.0
#include "lib/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void catch_one(int signal)
{
	(void)signal;
	caught = 1;
}

void signals_catch(void)
{
	/* Without SA_RESTART: what waits has to be interrupted. */
	struct sigaction action = { .sa_handler = catch_one };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool signals_caught(void)
{
	return caught;
}
