// SPDX-License-Identifier: GPL-2.0
/*
 * How long the CPU is busy, whoever works on it: a process that gets it only when
 * nobody else wants it counts, and what it has counted was idle time. The clock of
 * an idle guest under -icount jumps to the next timer, so time alone says nothing
 * about what waits for a disk or for the kernel's workers.
 */
#define _GNU_SOURCE
#include "idler.h"

#include <err.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

static unsigned long *idle_count;
static pid_t idler;
static double ns_per_count;
static unsigned long began_count;
static long long began;

static unsigned long counted(void)
{
	return __atomic_load_n(idle_count, __ATOMIC_RELAXED) - began_count;
}

/**
 * idler_begin() - begin to measure
 */
void idler_begin(void)
{
	began = now();
	began_count += counted();
}

/**
 * idler_busy_ns() - for how long the CPU was busy since idler_begin()
 */
double idler_busy_ns(void)
{
	return now() - began - counted() * ns_per_count;
}

/**
 * idler_start() - start to count idle time, which takes three seconds
 */
void idler_start(void)
{
	const struct sched_param none = { 0 };

	idle_count = mmap(NULL, sizeof(*idle_count), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (idle_count == MAP_FAILED)
		err(1, "mmap");
	idler = fork();
	if (idler < 0)
		err(1, "fork");
	if (!idler) {
		if (sched_setscheduler(0, SCHED_IDLE, &none))
			err(1, "sched_setscheduler");
		for (;;)
			__atomic_add_fetch(idle_count, 1, __ATOMIC_RELAXED);
	}
	sleep(1);
	idler_begin();
	sleep(2);
	ns_per_count = (double)(now() - began) / counted();
}

/**
 * idler_stop() - count no more
 */
void idler_stop(void)
{
	kill(idler, SIGKILL);
	waitpid(idler, NULL, 0);
}
