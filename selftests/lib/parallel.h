/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that mostly wait, run side by side.
 *
 * Each case is a child process that fails by its exit status (fail.h). Cases of
 * one queue run one after the other on one CPU, queues at the same time. Results are reported
 * through the kernel's kselftest.h.
 */
#ifndef PARALLEL_H
#define PARALLEL_H

/**
 * struct parallel_case - a test
 * @name: for the report
 * @queue: cases with the same number run one after the other
 * @run: the test; returning means that it passed
 * @arg: for @run
 */
struct parallel_case {
	const char *name;
	int queue;
	void (*run)(const void *arg);
	const void *arg;
};

int parallel_run(const struct parallel_case *cases, int n);

#endif /* PARALLEL_H */
