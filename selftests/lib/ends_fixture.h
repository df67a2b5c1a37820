/* SPDX-License-Identifier: GPL-2.0 */
/* The beginning of every program of the ends_* tests: each test over both families. */
#ifndef ENDS_FIXTURE_H
#define ENDS_FIXTURE_H

#include <kselftest_harness.h>

#include "child.h"
#include "ends_lab.h"
#include "modload.h"

FIXTURE(ends) {
	struct ends_lab lab;
};

FIXTURE_VARIANT(ends) {
	int family;
};

FIXTURE_VARIANT_ADD(ends, ipv4) {
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(ends, ipv6) {
	.family = AF_INET6,
};

/*
 * All of it on one CPU: between two an ACK may be overtaken by the segment after it, and meet
 * nobody. What happens at the same time is for the stress_* tests.
 */
FIXTURE_SETUP(ends)
{
	stay_on_cpu(0);
	lab_make(&self->lab, variant->family);
	lab_look(&self->lab);
}

FIXTURE_TEARDOWN(ends)
{
	/* The process ends here, and with it the namespaces. */
}

/* END(name) - a test of one way to end */
#define END(name) TEST_F_TIMEOUT(ends, name, 90)

/* END_PAIR(name) - the same of a connection that is there, from fd[B] to fd[A], in "lab" */
#define END_PAIR(name) \
	static void name##_of_pair(const struct ends_lab *lab, int fd[2]); \
	END(name) \
	{ \
		int fd[2] = {}; \
\
		lab_connect(&self->lab, fd); \
		name##_of_pair(&self->lab, fd); \
	} \
	static void name##_of_pair(const struct ends_lab *lab, int fd[2])

/* Before the first test, in the process that runs them. */
static void __attribute__((constructor)) need_module(void)
{
	module_needed();
}

#endif /* ENDS_FIXTURE_H */
