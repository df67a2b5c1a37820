// SPDX-License-Identifier: GPL-2.0
/* How long TIME_WAIT and FIN_WAIT2 last, measured. */
#include <string.h>
#include <sys/socket.h>

#include "fail.h"
#include "parallel.h"
#include "life.h"
#include "modload.h"
#include "pair.h"
#include "time_wait_cases.h"

static const struct length_arg v4_full = { AF_INET, PATH_FULL };
static const struct length_arg v4_three = { AF_INET, PATH_THREE };
static const struct length_arg v4_twsk = { AF_INET, PATH_TIMEWAIT };
static const struct length_arg v4_closing = { AF_INET, PATH_CLOSING };
static const struct length_arg v6_full = { AF_INET6, PATH_FULL };
static const struct length_arg v6_three = { AF_INET6, PATH_THREE };
static const struct length_arg v6_twsk = { AF_INET6, PATH_TIMEWAIT };
static const struct length_arg v6_closing = { AF_INET6, PATH_CLOSING };

/* Queues up to here are done within half a minute. */
#define LAST_SHORT_QUEUE	3

/* The short ones first: see n_short(). */
static const struct parallel_case cases[] = {
	{ "0 to 3 s, IPv4, FIN_WAIT2 as a full socket", 0, case_lengths, &v4_full },
	{ "0 to 3 s, IPv4, three segments", 0, case_lengths, &v4_three },
	{ "0 to 3 s, IPv4, FIN_WAIT2 as a timewait socket", 0, case_lengths, &v4_twsk },
	{ "0 to 3 s, IPv4, CLOSING", 0, case_lengths, &v4_closing },
	{ "0 to 3 s, IPv6, FIN_WAIT2 as a full socket", 1, case_lengths, &v6_full },
	{ "0 to 3 s, IPv6, three segments", 1, case_lengths, &v6_three },
	{ "0 to 3 s, IPv6, FIN_WAIT2 as a timewait socket", 1, case_lengths, &v6_twsk },
	{ "0 to 3 s, IPv6, CLOSING", 1, case_lengths, &v6_closing },
	{ "two namespaces, two lengths", 2, case_two_namespaces, NULL },
	{ "guard: 3.5 RTO", 2, case_guard_floor, NULL },
	{ "guard: 3.5 RTO of a slow peer", 2, case_guard_slow_peer, NULL },
	{ "guard: longer lengths are kept", 2, case_guard_idle, NULL },
	{ "no guard: 1 s without timestamps", 2, case_no_guard_no_timestamps, NULL },
	{ "guard: 60 s, timestamps of the connection before", 2,
	  case_guard_stale_timestamps, NULL },
	{ "FIN_WAIT2 follows tcp_fin_timeout", 3, case_fin_wait2_life, NULL },
	{ "FIN_WAIT2 is set as by the kernel", 3, case_fin_wait2_same_as_kernel, NULL },
	{ "repeated FIN, IPv4", 3, case_rearm_repeated_fin, &v4_full },
	{ "repeated FIN, IPv6", 3, case_rearm_repeated_fin, &v6_twsk },
	{ "repeated FIN after CLOSING", 3, case_rearm_repeated_fin, &v4_closing },
	{ "repeated FIN, both in TIME_WAIT", 3, case_rearm_both, &v6_closing },
	{ "lost last ACK, IPv4", 3, case_rearm_lost_ack, &v4_twsk },
	{ "lost last ACK, IPv6", 3, case_rearm_lost_ack, &v6_twsk },
	{ "repeated FIN, other lengths", 3, case_rearm_other_lengths, NULL },
	{ "repeated FIN, a shorter length meanwhile", 3, case_rearm_not_nearer, NULL },

	{ "60 s, IPv4", 4, case_60s, &v4_full },
	{ "60 s, IPv6", 5, case_60s, &v6_twsk },
	{ "guard: 60 s without timestamps, IPv4", 6, case_guard_no_timestamps, &v4_twsk },
	{ "guard: 60 s without timestamps, IPv6", 7, case_guard_no_timestamps, &v6_full },
	{ "90 s outlast 65 s", 8, case_longer_than_60s, &v4_twsk },
};

#define N_CASES	((int)(sizeof(cases) / sizeof(cases[0])))

static int n_short(void)
{
	int n = 0;

	while (n < N_CASES && cases[n].queue <= LAST_SHORT_QUEUE)
		n++;
	return n;
}

int main(int argc, char **argv)
{
	const bool brief = argc == 2 && !strcmp(argv[1], "--brief");
	int n = N_CASES;

	if (argc > 1 && !brief) {
		fprintf(stderr, "Usage: time_wait [--brief]\n"
				"  --brief  without what takes a minute\n");
		return 2;
	}
	module_needed();
	if (brief)
		n = n_short();
	return parallel_run(cases, n);
}
