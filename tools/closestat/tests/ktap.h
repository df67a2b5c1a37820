/* SPDX-License-Identifier: GPL-2.0 */
/* The little of KTAP that the unit tests need. */
#ifndef CLOSESTAT_TESTS_KTAP_H
#define CLOSESTAT_TESTS_KTAP_H

#include <stdbool.h>
#include <stdio.h>

static int ktap_failed, ktap_number;
static bool ktap_good;

/* Notes a failed expectation of the case at hand, with where it stands. */
#define EXPECT(condition) do {							\
	if (!(condition)) {							\
		printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #condition);	\
		ktap_good = false;						\
	}									\
} while (0)

/* Runs one case. */
#define RUN(test) do {								\
	ktap_good = true;							\
	test();									\
	printf("%sok %d %s\n", ktap_good ? "" : "not ", ++ktap_number, #test);	\
	ktap_failed += !ktap_good;						\
} while (0)

/* Begins the report. */
static inline void ktap_begin(int cases)
{
	printf("KTAP version 1\n1..%d\n", cases);
}

/* Ends it; to be returned from main(). */
static inline int ktap_end(void)
{
	return ktap_failed ? 1 : 0;
}

#endif
