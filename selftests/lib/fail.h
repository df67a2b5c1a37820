/* SPDX-License-Identifier: GPL-2.0 */
/* How the self-tests give up: one line that says where and why, exit status 1. */
#ifndef FAIL_H
#define FAIL_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * die(format, ...) - the test failed. Inside a kselftest_harness.h test as in
 * any child process, the exit status is what fails it.
 */
#define die(fmt, ...) do {						\
	fprintf(stderr, "# %s:%d: " fmt "\n", __FILE__, __LINE__,	\
		##__VA_ARGS__);						\
	fflush(NULL);							\
	_exit(1);							\
} while (0)

/* die_errno(format, ...) - the same, with what errno says. */
#define die_errno(fmt, ...)						\
	die(fmt ": %s", ##__VA_ARGS__, strerror(errno))

/* check(condition, format, ...) - what has to be so, and what it is instead. */
#define check(cond, fmt, ...) do {					\
	if (!(cond))							\
		die("not so: " #cond "; " fmt, ##__VA_ARGS__);		\
} while (0)

#endif /* FAIL_H */
