// SPDX-License-Identifier: GPL-2.0
/* The module's counts and the kernel's own, see observer.h. */
#include "observer.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "kernel_can.h"
#include "setting.h"

/* The kernel's own counts of ends, by their names in nstat. */
static const char *const mib_names[] = {
	"TcpAttemptFails",
	"TcpEstabResets",
	"TcpOutRsts",
	"TcpRetransSegs",
	"TcpCurrEstab",
	"TcpExtTW",
	"TcpExtTWRecycled",
	"TcpExtTWKilled",
	"TcpExtTCPTimeWaitOverflow",
	"TcpExtTCPAbortOnData",
	"TcpExtTCPAbortOnClose",
	"TcpExtTCPAbortOnMemory",
	"TcpExtTCPAbortOnTimeout",
	"TcpExtTCPAbortOnLinger",
	"TcpExtTCPAbortFailed",
	"TcpExtListenDrops",
	"TcpExtTCPFastOpenPassive",
};

#define N_MIBS	(sizeof(mib_names) / sizeof(mib_names[0]))
_Static_assert(N_MIBS <= MIBS_MAX, "struct view has no room");

static int mib_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < N_MIBS; i++)
		if (!strcmp(mib_names[i], name))
			return i;
	return -1;
}

/*
 * A file of pairs of lines, "Group: NAME..." and "Group: VALUE...".
 * Fills those of @mib that are in it.
 */
static void read_mibs(uint64_t *mib, int ns, const char *path)
{
	static char text[32768];
	char *names, *values, *next;

	if (setting_read(ns, path, text, sizeof(text)) < 0)
		die_errno("cannot read %s", path);

	for (names = text; names && *names; names = next) {
		char *name, *value, *save_name, *save_value;
		const char *group;

		values = strchr(names, '\n');
		if (!values)
			die("%s: a line without its other half", path);
		*values++ = '\0';
		next = strchr(values, '\n');
		if (next)
			*next++ = '\0';

		group = strtok_r(names, ": ", &save_name);
		strtok_r(values, ": ", &save_value);
		while ((name = strtok_r(NULL, " ", &save_name)) &&
		       (value = strtok_r(NULL, " ", &save_value))) {
			char full[80];
			int i;

			snprintf(full, sizeof(full), "%s%s", group, name);
			i = mib_of(full);
			if (i >= 0)
				mib[i] = strtoull(value, NULL, 10);
		}
	}
}

/**
 * view_take() - look at a namespace
 * @view: filled
 * @ns: its file descriptor
 */
void view_take(struct view *view, int ns)
{
	memset(view, 0, sizeof(*view));
	rows_read(&view->rows, ns);
	read_mibs(view->mib, ns, "/proc/thread-self/net/snmp");
	read_mibs(view->mib, ns, "/proc/thread-self/net/netstat");
}

/**
 * view_change() - what became of a count
 * @from: the earlier view
 * @to: the later one
 * @name: a row, or one of the kernel's own
 */
int64_t view_change(const struct view *from, const struct view *to,
		    const char *name)
{
	int i = mib_of(name);

	if (i >= 0)
		return to->mib[i] - from->mib[i];
	return rows_get(&to->rows, name) - rows_get(&from->rows, name);
}

/*
 * A slow machine repeats a FIN now and then, and a TIME_WAIT that it hits starts
 * again: these may have changed where a test does not say.
 */
static bool may_repeat(const char *name)
{
	return !strcmp(name, "fin_retransmits") ||
	       !strcmp(name, "time_wait_rearmed") ||
	       !strcmp(name, "TcpRetransSegs");
}

/* About how a connection begins: of use to a test that names it, no end. */
static bool is_of_beginning(const char *name)
{
	return !strcmp(name, "TcpExtListenDrops") ||
	       !strcmp(name, "TcpExtTCPFastOpenPassive");
}

/*
 * What @spec says of @name. Return: false: it may be anything.
 */
static bool wanted(const char *spec, const char *name, int64_t *value)
{
	const size_t len = strlen(name);
	const char *at = spec;

	*value = 0;
	while ((at = strstr(at, name))) {
		const bool starts = at == spec || at[-1] == ' ';

		at += len;
		if (!starts || *at != '=')
			continue;
		if (at[1] == '*')
			return false;
		*value = strtoll(at + 1, NULL, 10);
		break;
	}
	if (!at && (may_repeat(name) || is_of_beginning(name)))
		return false;
	return strncmp(name, "TcpExtTW", 8) || !strcmp(name, "TcpExtTWRecycled") ||
	       kernel_counts_time_wait_begun();
}

static bool starts_with(const char *name, const char *start)
{
	return !strncmp(name, start, strlen(start));
}

/* Rows that are sums, and what their parts begin with. */
static const struct {
	const char *name;
	const char *parts;
} sums[] = {
	{ "ended_rst_sent", "rst_sent_" },
	{ "ended_connect_failed", "connect_failed_" },
};

#define N_SUMS	(sizeof(sums) / sizeof(sums[0]))

/* Whether @part is a part of @sum: of "ended", those of the other sums in their place. */
static bool is_part(const char *part, const char *sum)
{
	const bool all = !strcmp(sum, "ended");
	unsigned int i;

	if (!strcmp(part, "rst_sent_no_socket"))
		return false;
	for (i = 0; i < N_SUMS; i++) {
		if (!strcmp(part, sums[i].name))
			return false;
		if ((all || !strcmp(sum, sums[i].name)) &&
		    starts_with(part, sums[i].parts))
			return true;
	}
	return all && starts_with(part, "ended_");
}

static bool is_sum(const char *name)
{
	unsigned int i;

	for (i = 0; i < N_SUMS; i++)
		if (!strcmp(name, sums[i].name))
			return true;
	return !strcmp(name, "ended");
}

/* The sums are not in the spec: they follow from what is. */
static bool wanted_sum(const char *spec, const struct rows *rows,
		       const char *name, int64_t *value)
{
	int64_t sum = 0, one;
	unsigned int i;

	if (!is_sum(name))
		return wanted(spec, name, value);
	for (i = 0; i < rows->n; i++) {
		const char *part = rows->row[i].name;

		if (!is_part(part, name))
			continue;
		if (!wanted(spec, part, &one))
			return false;
		sum += one;
	}
	*value = sum;
	return true;
}

/* By what chose its length a TIME_WAIT is counted once more: what is checked is the sum. */
static bool is_by_length(const char *name)
{
	return starts_with(name, "time_wait_started_");
}

static unsigned int lengths_differ(const struct view *from, const struct view *to,
				   const char *what)
{
	const int64_t entered = view_change(from, to, "time_wait_entered");
	const int64_t sum = view_change(from, to, "time_wait_started_kernel") +
			    view_change(from, to, "time_wait_started_tuned") +
			    view_change(from, to, "time_wait_guarded");

	if (sum == entered)
		return 0;
	if (what)
		fprintf(stderr, "# %s: TIME_WAITs by length changed by %" PRId64
			", not by %" PRId64 "\n", what, sum, entered);
	return 1;
}

/* A name that nobody knows is a mistake in the test. */
static void check_names(const char *spec, const struct rows *rows)
{
	char *copy = strdup(spec), *save, *item;

	for (item = strtok_r(copy, " ", &save); item;
	     item = strtok_r(NULL, " ", &save)) {
		item[strcspn(item, "=")] = '\0';
		if (mib_of(item) < 0)
			rows_get(rows, item);
	}
	free(copy);
}

/**
 * view_differs() - compare what has changed with what should have
 * @from: the earlier view
 * @ns: the namespace's file descriptor
 * @what: its name, to tell the differences under; NULL: do not tell them
 * @spec: "name=change name=change ...": rows and the kernel's own. "*" allows any change.
 *	What is not named must not have changed, but for what segments sent
 *	again change. The sums ended, ended_rst_sent and ended_connect_failed
 *	are not named: they follow from their parts.
 *
 * Return: how many differ.
 */
unsigned int view_differs(const struct view *from, int ns, const char *what,
			  const char *spec)
{
	unsigned int i, bad = 0;
	struct view to;
	int64_t want;

	check_names(spec, &from->rows);
	view_take(&to, ns);
	for (i = 0; i < to.rows.n + N_MIBS; i++) {
		const char *name = i < to.rows.n ? to.rows.row[i].name :
						   mib_names[i - to.rows.n];
		const int64_t is = view_change(from, &to, name);

		if (is_by_length(name) ||
		    !wanted_sum(spec, &to.rows, name, &want) || is == want)
			continue;
		bad++;
		if (what)
			fprintf(stderr,
				"# %s: %s changed by %" PRId64 ", not by %" PRId64 "\n",
				what, name, is, want);
	}
	return bad + lengths_differ(from, &to, what);
}
