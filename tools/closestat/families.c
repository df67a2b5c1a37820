// SPDX-License-Identifier: GPL-2.0
/*
 * Rows that differ in one word are one metric with that word as its label: what is asked for is
 * a sum or a choice of them. A sum that the module computes is left out, or it would be counted
 * twice.
 */
#include "families.h"

#include "lib/util.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *label;
	const char *help;
	enum metric_type type;
} labelled[] = {
	{ "ended", "how", "Connections that have ended.", METRIC_COUNTER },
	{ "rst_sent", "cause", "RSTs sent; all but those of no_socket ended a connection.",
	  METRIC_COUNTER },
	{ "connect_failed", "cause", "Connects that failed.", METRIC_COUNTER },
	{ "entered", "state", "Connections that entered a closing state.", METRIC_COUNTER },
	{ "sockets", "state", "Sockets in a closing state now.", METRIC_GAUGE },
	{ "time_wait_ended", "how", "TIME_WAITs that have ended.", METRIC_COUNTER },
	{ "time_wait_started", "length",
	  "TIME_WAITs begun with the length of the kernel, of the settings, of the guard.",
	  METRIC_COUNTER },
};

/*
 * A '*' stands for the value of the label; without one it is @value, NULL for the whole row. The
 * first that fits counts. Without a family the row is left out.
 */
static const struct {
	const char *row;
	const char *family;
	const char *value;
} mappings[] = {
	{ "version", NULL, NULL },
	{ "ended", NULL, NULL },
	{ "ended_*", "ended", NULL },
	{ "rst_sent_*", "rst_sent", NULL },
	{ "connect_failed_*", "connect_failed", NULL },
	{ "*_entered", "entered", NULL },
	{ "fin_wait1", "sockets", NULL },
	{ "fin_wait2", "sockets", NULL },
	{ "closing", "sockets", NULL },
	{ "close_wait", "sockets", NULL },
	{ "last_ack", "sockets", NULL },
	{ "time_wait", "sockets", NULL },
	{ "time_wait_started_*", "time_wait_started", NULL },
	{ "time_wait_guarded", "time_wait_started", "guarded" },
	{ "time_wait_expired", "time_wait_ended", "expired" },
	{ "time_wait_reused", "time_wait_ended", "reused" },
	{ "time_wait_reset", "time_wait_ended", "reset" },
	{ "time_wait_purged", "time_wait_ended", "purged" },
};

/* Whether the row is what the pattern means; *part is then what its '*' stands for, or the row. */
static bool fits(const char *row, const char *pattern, const char **part, size_t *len)
{
	size_t row_len = strlen(row), before = strcspn(pattern, "*");
	size_t after;

	*part = row;
	*len = row_len;
	if (!pattern[before])
		return !strcmp(row, pattern);
	after = strlen(pattern + before + 1);
	if (row_len <= before + after || strncmp(row, pattern, before) ||
	    strcmp(row + row_len - after, pattern + before + 1))
		return false;
	*part = row + before;
	*len = row_len - before - after;
	return true;
}

static bool is_labelled(const char *name, struct family *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(labelled); i++) {
		if (strcmp(labelled[i].name, name))
			continue;
		snprintf(f->name, sizeof(f->name), "%s", name);
		f->type = labelled[i].type;
		f->help = labelled[i].help;
		f->label = labelled[i].label;
		return true;
	}
	return false;
}

/* A family of its own, unless its name is already that of another. */
static bool single(const char *row, struct family *f)
{
	const struct metric *m = metric_find(row);

	if (strlen(row) >= sizeof(f->name) || is_labelled(row, f))
		return false;
	strcpy(f->name, row);
	f->type = m->type;
	f->help = m->help;
	f->label = NULL;
	return true;
}

bool family_of_row(const char *row, struct family *family, char *value)
{
	*value = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(mappings); i++) {
		const char *part;
		size_t len;

		if (!fits(row, mappings[i].row, &part, &len))
			continue;
		if (!mappings[i].family || len >= FAMILY_NAME_SIZE)
			return false;
		if (mappings[i].value)
			strcpy(value, mappings[i].value);
		else
			snprintf(value, FAMILY_NAME_SIZE, "%.*s", (int)len, part);
		return is_labelled(mappings[i].family, family);
	}
	return single(row, family);
}

/* Whether a word begins here: "TW|Killed", "TCP|Abort|On|Data". */
static bool begins_word(const char *name, size_t i)
{
	return i && isupper((unsigned char)name[i]) &&
	       (islower((unsigned char)name[i - 1]) || islower((unsigned char)name[i + 1]));
}

void family_of_kernel(const char *name, struct family *f)
{
	size_t used = snprintf(f->name, sizeof(f->name), "kernel_");

	for (size_t i = 0; name[i] && used + 2 < sizeof(f->name); i++) {
		if (begins_word(name, i))
			f->name[used++] = '_';
		f->name[used++] = tolower((unsigned char)name[i]);
	}
	f->name[used] = '\0';
	f->type = METRIC_COUNTER;
	f->help = NULL;
	f->label = NULL;
}
