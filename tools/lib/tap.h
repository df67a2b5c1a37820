/* SPDX-License-Identifier: GPL-2.0 */
/* TAP for the tests on this host: those of the tools, and the unit tests. */
#ifndef LIB_TAP_H
#define LIB_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_planned, tap_number, tap_failed;
__attribute__((unused)) static bool tap_good;

/* Notes a failed expectation of the current case, with where it stands. */
#define EXPECT(condition) do {							\
	if (!(condition)) {							\
		printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #condition);	\
		tap_good = false;						\
	}									\
} while (0)

/* Runs one case, whose name is that of its function. */
#define RUN(function) do {							\
	tap_good = true;							\
	function();								\
	test(tap_good, #function);						\
} while (0)

/**
 * tap_begin() - say how many tests there will be
 * @tests: how many
 *
 * Without it, tap_end() says how many there were.
 */
static inline void tap_begin(int tests)
{
	tap_planned = tests;
	printf("TAP version 13\n1..%d\n", tests);
}

/**
 * test() - report a test
 * @good: whether it passed
 * @name: what was tested
 */
static inline void test(bool good, const char *name)
{
	printf("%sok %d %s\n", good ? "" : "not ", ++tap_number, name);
	tap_failed += !good;
}

/**
 * tap_end() - end the report
 *
 * Return: the program's exit status.
 */
static inline int tap_end(void)
{
	if (!tap_planned)
		printf("1..%d\n", tap_number);
	return tap_failed > 0;
}

/**
 * tap_fails() - say what is not as it should be
 * @fmt: as for printf()
 *
 * Return: false, for the test to return.
 */
__attribute__((format(printf, 1, 2)))
static inline bool tap_fails(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	return false;
}

struct tap_test {
	const char *name;
	bool (*run)(void);
};

/**
 * tap_run() - run tests and report them
 * @tests: they return whether they passed
 * @n: how many
 *
 * Return: the program's exit status.
 */
static inline int tap_run(const struct tap_test *tests, int n)
{
	tap_begin(n);
	for (int i = 0; i < n; i++)
		test(tests[i].run(), tests[i].name);
	return tap_end();
}

#endif
