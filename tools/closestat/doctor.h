/* SPDX-License-Identifier: GPL-2.0 */
/* What doctor looks at and what it finds. */
#ifndef CLOSESTAT_DOCTOR_H
#define CLOSESTAT_DOCTOR_H

#include "lib/util.h"
#include "options.h"
#include "snapshot.h"
#include "sockdiag.h"

#include <stddef.h>

/* Exit code of a doctor that could not look. */
#define EXIT_BLIND 2

struct finding {
	const char *check;	/* what was looked for, one word */
	const char *why;	/* why it matters */
	char *seen;		/* what was seen; allocated, as is the next */
	char *command;		/* what to do about it */
};

struct doctor {
	const char *where;		/* "-N NETNS " for the commands, or "" */
	struct snapshot now;
	struct socks lingering;		/* in CLOSE_WAIT or FIN_WAIT2 all the time */
	u64 time_wait_ms;		/* the setting */
	u64 length_ms;			/* what TIME_WAIT has by it */
	struct finding *findings;
	size_t n_findings;
};

/**
 * doctor_find - note a finding
 * @doctor: whose
 * @check: what was looked for, one word
 * @why: why it matters
 * @seen: what was seen, as from doctor_text(); taken over, as is the next
 * @command: what to do about it
 *
 * Ends the program with an error if memory runs out.
 */
void doctor_find(struct doctor *doctor, const char *check, const char *why, char *seen,
		 char *command);

/**
 * doctor_text - make a string for doctor_find()
 * @format: as for printf
 *
 * Return: the string; never NULL.
 */
char *doctor_text(const char *format, ...) __printf(1, 2);

/**
 * doctor_report - print the findings
 * @options: in which format
 * @doctor: whose
 *
 * Return: EXIT_OK, or EXIT_FAILED with a message if they could not be written.
 */
int doctor_report(const struct options *options, const struct doctor *doctor);

/**
 * doctor_free_findings - release the findings
 * @doctor: whose
 */
void doctor_free_findings(struct doctor *doctor);

/*
 * The checks. Each returns EXIT_OK, also where it has found something, or EXIT_FAILED after it said
 * on stderr what keeps it from looking.
 *
 * doctor_ports	how many of the ports for outgoing connections are in TIME_WAIT
 * doctor_sockets	sockets that stay in CLOSE_WAIT and FIN_WAIT2
 * doctor_counters	ends that should not be
 * doctor_settings	settings that do not go together
 */
int doctor_ports(struct doctor *doctor);
int doctor_sockets(struct doctor *doctor);
int doctor_counters(struct doctor *doctor);
int doctor_settings(struct doctor *doctor);

#endif
