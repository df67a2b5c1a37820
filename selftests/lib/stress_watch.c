// SPDX-License-Identifier: GPL-2.0
/* A reader who never stops, see stress_watch.h. */
#include "stress_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "fail.h"
#include "setting.h"

/* More sockets than any test has at a time. */
#define PLAUSIBLE	1000000

static const char *const gauges[] = {
	"fin_wait1", "fin_wait2", "closing", "close_wait", "last_ack", "time_wait",
	"records",
};

#define N_GAUGES	(sizeof(gauges) / sizeof(gauges[0]))

/* The rows that may fall; the version, too, when those of all namespaces are added up. */
static bool is_gauge(const char *name)
{
	unsigned int i;

	for (i = 0; i < N_GAUGES; i++)
		if (!strcmp(gauges[i], name))
			return true;
	return !strcmp(name, "version");
}

static uint64_t sum_of(const struct rows *rows, const char *prefix)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < rows->n; i++)
		if (!strncmp(rows->row[i].name, prefix, strlen(prefix)) &&
		    strcmp(rows->row[i].name, "rst_sent_no_socket"))
			sum += rows->row[i].value;
	return sum;
}

static void check_sums(const struct rows *rows)
{
	unsigned int i;

	check(rows_get(rows, "ended") == sum_of(rows, "ended_"),
	      "%" PRIu64, rows_get(rows, "ended"));
	check(rows_get(rows, "ended_rst_sent") == sum_of(rows, "rst_sent_"),
	      "%" PRIu64, rows_get(rows, "ended_rst_sent"));
	check(rows_get(rows, "ended_connect_failed") ==
	      sum_of(rows, "connect_failed_"),
	      "%" PRIu64, rows_get(rows, "ended_connect_failed"));
	check(rows_get(rows, "time_wait_entered") ==
	      rows_get(rows, "time_wait_expired") +
	      rows_get(rows, "time_wait_reused") +
	      rows_get(rows, "time_wait_reset") +
	      rows_get(rows, "time_wait_purged") + rows_get(rows, "time_wait"),
	      "%" PRIu64, rows_get(rows, "time_wait_entered"));
	check(rows_get(rows, "time_wait_entered") ==
	      rows_get(rows, "time_wait_started_kernel") +
	      rows_get(rows, "time_wait_started_tuned") +
	      rows_get(rows, "time_wait_guarded"),
	      "%" PRIu64, rows_get(rows, "time_wait_entered"));
	for (i = 0; i < rows->n; i++)
		if (is_gauge(rows->row[i].name) && rows->row[i].value > PLAUSIBLE)
			die("%s is %" PRIu64, rows->row[i].name, rows->row[i].value);
	check(!rows_get(rows, "record_failures"), "%" PRIu64,
	      rows_get(rows, "record_failures"));
}

static void check_forward(const char *what, const struct rows *before,
			  const struct rows *now)
{
	unsigned int i;

	for (i = 0; i < before->n; i++) {
		const char *name = before->row[i].name;

		if (!is_gauge(name) &&
		    rows_get(now, name) < before->row[i].value)
			die("%s: %s went back from %" PRIu64 " to %" PRIu64, what,
			    name, before->row[i].value, rows_get(now, name));
	}
}

static void add(struct rows *total, const struct rows *rows)
{
	unsigned int i;

	if (!total->n) {
		*total = *rows;
		return;
	}
	for (i = 0; i < rows->n; i++) {
		if (strcmp(total->row[i].name, rows->row[i].name))
			die("rows in another order: %s", rows->row[i].name);
		total->row[i].value += rows->row[i].value;
	}
}

/**
 * struct all - one reading of all namespaces
 * @text: of the file
 * @next: the block that comes next, NULL at the end
 * @netns: the block's namespace, as the file names it
 * @rows: of the block
 */
struct all {
	char text[4 << 20];
	char *next;
	const char *netns;
	struct rows rows;
};

static struct all *read_all(void)
{
	static struct all all;

	if (setting_read(-1, "/proc/tcp_closestat_all", all.text, sizeof(all.text)) < 0)
		die_errno("cannot read tcp_closestat_all");
	all.next = all.text;
	return &all;
}

static bool next_netns(struct all *all)
{
	char *block = all->next, *body;

	if (!block)
		return false;
	body = strchr(block, '\n');
	if (strncmp(block, "netns ", 6) || !body)
		die("not a namespace: '%.40s'", block);
	*body++ = '\0';
	all->netns = block + 6;
	all->next = strstr(body, "\n\n");
	if (all->next) {
		all->next[1] = '\0';
		all->next += 2;
	}
	rows_parse(&all->rows, body);
	return true;
}

/**
 * watch_total() - add up all namespaces, living and dead, from one read
 * @total: set to the sums
 *
 * To be called in the initial namespace.
 */
void watch_total(struct rows *total)
{
	struct all *all = read_all();

	total->n = 0;
	while (next_netns(all))
		add(total, &all->rows);
}

static bool all_over(void)
{
	unsigned int i;
	struct rows now;

	watch_total(&now);
	for (i = 0; i < N_GAUGES; i++)
		if (rows_get(&now, gauges[i]))
			return false;
	return true;
}

static void show_what_is_left(void)
{
	struct all *all = read_all();
	unsigned int i;

	while (next_netns(all))
		for (i = 0; i < N_GAUGES; i++)
			if (rows_get(&all->rows, gauges[i]))
				fprintf(stderr, "# netns %s: %s %" PRIu64 "\n", all->netns,
					gauges[i], rows_get(&all->rows, gauges[i]));
}

/**
 * watch_wait_all_over() - until no namespace has a connection that ends
 * @hurry: called before each look, NULL: nothing
 *
 * To be called in the initial namespace. What is left after TIMEOUT_NS is shown, and ends
 * the test.
 */
void watch_wait_all_over(void (*hurry)(void))
{
	const int64_t end = now_ns() + TIMEOUT_NS;

	for (;;) {
		if (hurry)
			hurry();
		if (all_over())
			return;
		if (now_ns() > end) {
			show_what_is_left();
			die("something is left");
		}
		nap_ms(20);
	}
}

/**
 * watch_once() - read all there is and check what has to hold at any moment
 * @watch: zeroed at first, but for the namespaces
 */
void watch_once(struct watch *watch)
{
	struct rows rows, total;
	unsigned int i;

	for (i = 0; i < watch->n_ns; i++) {
		rows_read(&rows, watch->ns[i]);
		check_sums(&rows);
		check_forward("a namespace", &watch->last[i], &rows);
		watch->last[i] = rows;
	}
	watch_total(&total);
	check_sums(&total);
	check_forward("the total", &watch->total, &total);
	watch->total = total;
	watch->reads++;
}
