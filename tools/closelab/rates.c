// SPDX-License-Identifier: GPL-2.0
#include "rates.h"

#include "cmd.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How far from the formula, where it holds */
#define WITHIN 0.05

/*
 * How long a connection may live and how late a request may begin, together, in lengths
 * of TIME_WAIT. Where that is more, the machine is too busy for what is to be measured:
 * what else it is late with would be measured, too.
 */
#define BUSY 0.02

/**
 * struct load_plan - a load that shows the formula
 * @seconds: length of TIME_WAIT
 * @ports: that the proxy has, for all its servers; an even number for each, as of an odd
 *	one connect() does not try all
 * @rate: requests that begin in a second: more than the formula allows, so that a port
 *	which is free is asked for soon
 * @lasts: seconds, for the ports to be used up, and then twice at least to be had again
 * @at_once: how many ways; where TIME_WAIT is short, what others do would be felt
 */
struct load_plan {
	int seconds;
	unsigned int ports;
	unsigned int rate;
	unsigned int lasts;
	int at_once;
};

static const struct load_plan long_wait = { 60, 120, 4, 170, 6 };
static const struct load_plan wait_10_s = { 10, 40, 8, 48, 3 };
static const struct load_plan wait_1_s = { 1, 12, 40, 15, 1 };
/* These get an answer to every request, many more than there are ports. */
static const struct load_plan no_wait = { 60, 20, 5, 30, 6 };
static const struct load_plan no_wait_10_s = { 10, 20, 5, 30, 6 };
static const struct load_plan no_wait_1_s = { 1, 20, 5, 30, 6 };

/**
 * struct plan - a way, and what is known of it
 * @title: the program and its mode
 * @proxy: how it is set up
 * @load: what it gets
 * @tw_reuse: tcp_tw_reuse, or REUSE_EACH
 * @servers: how many; 0: the formula does not hold, and no request fails
 * @price: what this way gives up, or why the formula does not hold
 */
struct plan {
	const char *title;
	const struct proxy *proxy;
	const struct load_plan *load;
	int tw_reuse;
	unsigned int servers;
	const char *price;
};

#define MINUTE "every port waits for a minute"
#define TEN_SECONDS "segments of an old connection that are under way for more than 10 s"
#define A_SECOND "segments of an old connection that are under way for more than 1 s"
#define LOOPBACK "2, the default, is for loopback alone"
#define TWO_SERVERS "a second server: a port is taken once for each"
#define TAKEN_OVER "connect() takes over a TIME_WAIT of a second; needs TCP timestamps"
#define RESETS "a RST leaves no TIME_WAIT: errors at the server, and what it has still to say"
#define KEPT "sockets that stay; a request may meet the server's close"

static const struct plan plans[] = {
	{ "nginx, closing", &nginx_close, &long_wait, 0, 1, MINUTE },
	{ "nginx, closing", &nginx_close, &long_wait, 2, 1, LOOPBACK },
	{ "apache, closing", &apache_close, &long_wait, 0, 1, MINUTE },
	{ "apache, closing", &apache_close, &long_wait, 2, 1, LOOPBACK },
	{ "apache, closing, two servers", &apache_two, &long_wait, 0, 2, TWO_SERVERS },
	{ "apache, closing, two servers", &apache_two, &long_wait, 2, 2, LOOPBACK },
	{ "nginx, closing", &nginx_close, &wait_10_s, 0, 1, TEN_SECONDS },
	{ "nginx, closing", &nginx_close, &wait_10_s, 2, 1, "the same" },
	{ "apache, closing", &apache_close, &wait_10_s, 0, 1, "the same" },
	{ "apache, closing", &apache_close, &wait_10_s, 2, 1, "the same" },
	{ "apache, closing, two servers", &apache_two, &wait_10_s, 0, 2,
	  "the same, and a second server" },
	{ "apache, closing, two servers", &apache_two, &wait_10_s, 2, 2, "the same" },
	{ "nginx, closing", &nginx_close, &wait_1_s, 0, 1, A_SECOND },
	{ "nginx, closing", &nginx_close, &wait_1_s, 2, 1, "the same" },
	{ "apache, closing", &apache_close, &wait_1_s, 0, 1, "the same" },
	{ "apache, closing", &apache_close, &wait_1_s, 2, 1, "the same" },
	{ "apache, closing, two servers", &apache_two, &wait_1_s, 0, 2,
	  "the same, and a second server" },
	{ "apache, closing, two servers", &apache_two, &wait_1_s, 2, 2, "the same" },
	{ "nginx, closing", &nginx_close, &no_wait, 1, 0, TAKEN_OVER },
	{ "nginx, closing", &nginx_close, &no_wait_10_s, 1, 0, "the same" },
	{ "nginx, closing", &nginx_close, &no_wait_1_s, 1, 0,
	  "the same, and what 1 s gives up" },
	{ "apache, closing", &apache_close, &no_wait, 1, 0, TAKEN_OVER },
	{ "apache, closing", &apache_close, &no_wait_10_s, 1, 0, "the same" },
	{ "apache, closing", &apache_close, &no_wait_1_s, 1, 0,
	  "the same, and what 1 s gives up" },
	{ "haproxy, http-server-close", &haproxy_server_close, &no_wait, REUSE_EACH, 0, RESETS },
	{ "haproxy, http-server-close", &haproxy_server_close, &no_wait_10_s, REUSE_EACH, 0,
	  "the same" },
	{ "haproxy, http-server-close", &haproxy_server_close, &no_wait_1_s, REUSE_EACH, 0,
	  "the same" },
	{ "haproxy, kept, http-reuse always", &haproxy_always, &no_wait, REUSE_EACH, 0, KEPT },
	{ "haproxy, kept, http-reuse always", &haproxy_always, &no_wait_10_s, REUSE_EACH, 0,
	  "the same" },
	{ "haproxy, kept, http-reuse always", &haproxy_always, &no_wait_1_s, REUSE_EACH, 0,
	  "the same" },
	{ "nginx, kept", &nginx_keep, &no_wait, REUSE_EACH, 0, KEPT },
	{ "nginx, kept", &nginx_keep, &no_wait_10_s, REUSE_EACH, 0, "the same" },
	{ "nginx, kept", &nginx_keep, &no_wait_1_s, REUSE_EACH, 0, "the same" },
	{ "apache, kept", &apache_keep, &no_wait, REUSE_EACH, 0, KEPT ", for every process" },
	{ "apache, kept", &apache_keep, &no_wait_10_s, REUSE_EACH, 0, "the same" },
	{ "apache, kept", &apache_keep, &no_wait_1_s, REUSE_EACH, 0, "the same" },
};

#define PLANS ((int)ARRAY_SIZE(plans))

static bool left_out(const struct plan *plan, const struct lab_options *options)
{
	long ms = plan->load->seconds * 1000L;

	if (options->without_module && ms != KERNEL_MS)
		return true;
	return plan->servers && options->time_wait_ms >= 0 &&
	       ms > options->time_wait_ms;
}

static double life(const struct way *way)
{
	return way->sum.answered ? way->sum.answer_us / 1e6 / way->sum.answered : 0;
}

/*
 * A port is held for as long as its connection lives, too, and once it is free the
 * next request comes for it after half the time between two, on the average.
 */
static double formula(const struct plan *plan, const struct way *way)
{
	return way->turn / (plan->load->seconds + life(way) + 0.5 / way->rate);
}

/* Answers a second, over whole turns: from one use of a port to another of the same. */
static double measured(const struct way *way)
{
	const struct load_sum *sum = &way->sum;

	if (!way->turn)
		return (double)sum->answered / way->seconds;
	if (sum->turns < 2)
		return 0;
	return way->turn * (sum->turns - 1) * 1e6 / (sum->last_us - sum->first_us);
}

static const char *reuse_words(int tw_reuse)
{
	static const char *const words[] = { "0", "1", "2" };

	return tw_reuse == REUSE_EACH ? "0, 1, 2" : words[tw_reuse];
}

static int judge(const struct plan *plan, const struct way *way)
{
	const struct load_sum *sum = &way->sum;
	bool good;

	if (life(way) + sum->late_us / 1e6 > BUSY * plan->load->seconds ||
	    !sum->answered) {
		fprintf(stderr, "closelab: %s, %d s, tcp_tw_reuse=%s: this machine is too busy: an answer takes %.0f ms, requests begin up to %.0f ms late\n",
			plan->title, plan->load->seconds, reuse_words(plan->tw_reuse),
			life(way) * 1000, sum->late_us / 1e3);
		return EXIT_SKIP;
	}
	if (plan->servers)
		good = fabs(measured(way) / formula(plan, way) - 1) < WITHIN &&
		       sum->refused && !sum->lost && way->no_port >= sum->refused;
	else
		good = !sum->refused && !sum->lost && !way->no_port;
	if (good)
		return EXIT_OK;
	fprintf(stderr, "closelab: %s, %d s, tcp_tw_reuse=%s: %.2f answers a second, %.2f by the formula; %u refused, %u lost, EADDRNOTAVAIL %u times\n",
		plan->title, plan->load->seconds, reuse_words(plan->tw_reuse), measured(way),
		formula(plan, way), sum->refused, sum->lost, way->no_port);
	return EXIT_FAILED;
}

static void print_row(const struct plan *plan, const struct way *way)
{
	printf("| %s | %d s | %s | %u | %u | ", plan->title, plan->load->seconds,
	       reuse_words(plan->tw_reuse), way->ports, way->rate);
	if (plan->servers)
		printf("%.2f | %.2f | %.2f", (double)way->turn / plan->load->seconds,
		       formula(plan, way), measured(way));
	else
		printf("- | - | %.2f", measured(way));
	printf(" | %u | %u | %u | %s |\n", way->sum.refused, way->sum.lost,
	       way->no_port, plan->price);
}

static void print_table(const struct way *way, const struct lab_options *options)
{
	puts("| proxy | TIME_WAIT | tcp_tw_reuse | ports | requests a second | ports × servers / length | ... / (length + life) | answered a second | 502, 503 | no answer | EADDRNOTAVAIL logged | what it gives up |\n"
	     "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
	for (int i = 0; i < PLANS; i++)
		if (!left_out(&plans[i], options))
			print_row(&plans[i], &way[i]);
}

static void prepare(const struct plan *plan, struct way *way)
{
	const struct load_plan *load = plan->load;

	snprintf(way->title, sizeof(way->title), "%s", plan->title);
	way->proxy = plan->proxy;
	way->time_wait_ms = 1000L * load->seconds;
	way->tw_reuse = plan->tw_reuse;
	way->ports = plan->servers ? load->ports / plan->servers : load->ports;
	way->turn = plan->servers ? load->ports : 0;
	way->rate = load->rate;
	way->seconds = load->lasts;
}

/* Neighbours of the same length go together. */
static int measure(const struct lab_options *options, struct way *way)
{
	int code = EXIT_OK;

	for (int i = 0, count; i < PLANS && !code; i += count) {
		const struct load_plan *load = plans[i].load;

		count = 1;
		if (left_out(&plans[i], options))
			continue;
		while (i + count < PLANS && count < load->at_once &&
		       !left_out(&plans[i + count], options) &&
		       plans[i + count].load->at_once == load->at_once &&
		       plans[i + count].load->lasts == load->lasts)
			count++;
		for (int j = i; j < i + count; j++)
			prepare(&plans[j], &way[j]);
		code = ways_run(options, &way[i], count);
	}
	return code;
}

/* A wrong result counts for more than one that cannot be told. */
static int judge_all(const struct way *way, const struct lab_options *options)
{
	int code = EXIT_OK;

	for (int i = 0; i < PLANS; i++) {
		int one = left_out(&plans[i], options) ? EXIT_OK :
			  judge(&plans[i], &way[i]);

		if (one && code != EXIT_FAILED)
			code = one;
	}
	return code;
}

int rates_run(const struct lab_options *options)
{
	struct way *way = ways_new(PLANS);
	int code;

	if (!way)
		return EXIT_FAILED;
	code = measure(options, way);
	if (!code) {
		print_table(way, options);
		code = judge_all(way, options);
	}
	ways_free(way, PLANS);
	return code;
}
