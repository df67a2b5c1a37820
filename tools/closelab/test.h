/* SPDX-License-Identifier: GPL-2.0 */
/* What the host's unit tests share: one line a test, as in TAP. */
#ifndef CLOSELAB_TEST_H
#define CLOSELAB_TEST_H

#include <stdbool.h>
#include <stdio.h>

static unsigned int test_number;
static unsigned int test_failed;

/**
 * test() - report a test
 * @good: whether it passed
 * @name: what was tested
 */
static inline void test(bool good, const char *name)
{
	printf("%sok %u %s\n", good ? "" : "not ", ++test_number, name);
	test_failed += !good;
}

/**
 * test_end() - print the plan
 *
 * Return: exit code of the test program.
 */
static inline int test_end(void)
{
	printf("1..%u\n", test_number);
	return test_failed > 0;
}

#endif
