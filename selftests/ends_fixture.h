/* SPDX-License-Identifier: GPL-2.0 */
/* What every program of the ends_* tests begins with: each test over both families. */
#ifndef ENDS_FIXTURE_H
#define ENDS_FIXTURE_H

#include <kselftest_harness.h>

#include "ends_lab.h"
#include "modload.h"

FIXTURE(ends) {
	struct lab lab;
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

FIXTURE_SETUP(ends)
{
	lab_make(&self->lab, variant->family);
	lab_look(&self->lab);
}

FIXTURE_TEARDOWN(ends)
{
	/* The process ends here, and with it the namespaces. */
}

/* END(name) - a test of one way to end; @lab is a struct lab pointer in there */
#define END(name)							\
	static void name(const struct lab *lab);			\
	TEST_F_TIMEOUT(ends, name, 90)					\
	{								\
		name(&self->lab);					\
	}								\
	static void name(const struct lab *lab)

/* Instead of TEST_HARNESS_MAIN: with the module loaded before the first test. */
#define ENDS_MAIN							\
	static void __attribute__((constructor))			\
	__constructor_order_last(void)					\
	{								\
		if (!__constructor_order)				\
			__constructor_order = _CONSTRUCTOR_ORDER_BACKWARD; \
	}								\
	int main(int argc, char **argv)					\
	{								\
		module_needed();					\
		return test_harness_run(argc, argv);			\
	}

#endif /* ENDS_FIXTURE_H */
