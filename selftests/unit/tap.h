/* SPDX-License-Identifier: GPL-2.0 */
/* Reporting in TAP. */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

struct tap_test {
	const char *name;
	bool (*run)(void);
};

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

/**
 * tap_run() - run tests and report them
 * @tests: they return whether they passed
 * @n: how many
 *
 * Return: the program's exit status.
 */
static inline int tap_run(const struct tap_test *tests, int n)
{
	int i, failed = 0;

	printf("TAP version 13\n1..%d\n", n);
	for (i = 0; i < n; i++) {
		const bool ok = tests[i].run();

		failed += !ok;
		printf("%s %d %s\n", ok ? "ok" : "not ok", i + 1, tests[i].name);
	}
	return failed ? 1 : 0;
}

#endif /* TAP_H */
