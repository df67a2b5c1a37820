/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that mostly wait, run side by side.
 *
 * Each case is a child process that fails by its exit status (fail.h). Cases of
 * one lane run one after the other on one CPU, lanes at the same time. Results are reported
 * through the kernel's kselftest.h.
 */
#ifndef LANES_H
#define LANES_H

/**
 * struct lane_case - a test
 * @name: for the report
 * @lane: cases with the same number run one after the other
 * @run: the test; returning means that it passed
 * @arg: for @run
 */
struct lane_case {
	const char *name;
	int lane;
	void (*run)(const void *arg);
	const void *arg;
};

int lanes_run(const struct lane_case *cases, int n);

#endif /* LANES_H */
