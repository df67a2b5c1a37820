// SPDX-License-Identifier: GPL-2.0
/*
 * What looking costs. Prints the mean time of one look, ns: under -icount the
 * number of instructions executed.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "idler.h"
#include "netns.h"

static void read_file(const char *path)
{
	char buf[16384];
	ssize_t n;
	const int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "%s", path);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		;
	if (n < 0)
		err(1, "%s", path);
	close(fd);
}

static void read_often(const char *path, int n)
{
	long long began;
	int i;

	read_file(path);	/* the first finds its memory cold */
	began = now();
	for (i = 0; i < n; i++)
		read_file(path);
	printf("%lld\n", (now() - began) / n);
}

/* A program may have to wait, for the disk that it is on to begin with. */
static void run_often(const char *command, int n)
{
	int i;

	idler_start();
	for (i = -1; i < n; i++) {
		if (!i)
			idler_begin();
		if (system(command))
			errx(1, "%s: failed", command);
	}
	printf("%.0f\n", idler_busy_ns() / n);
	idler_stop();
}

/* As a scraper does that has nothing better: go into each, and read there, PATH[,PATH]. */
static void read_in_each(char *paths, int n, char **netns)
{
	const char *first = strtok(paths, ","), *second = strtok(NULL, ",");
	const long long began = now();
	int i;

	for (i = 0; i < n; i++) {
		enter_netns(netns[i]);
		read_file(first);
		if (second)
			read_file(second);
	}
	printf("%lld\n", now() - began);
}

static const char usage[] =
	"Usage: reading file N PATH\n"
	"       reading command N COMMAND\n"
	"       reading each PATH[,PATH] NETNS...\n"
	"Print the nanoseconds that it takes to read PATH or run COMMAND, the mean of\n"
	"N times, or to go into each NETNS (a path) and read PATH there, or two of them,\n"
	"all together.\n";

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "-h") || !strcmp(what, "--help")) {
		fputs(usage, stdout);
	} else if (!strcmp(what, "file") && argc == 4) {
		read_often(argv[3], atoi(argv[2]));
	} else if (!strcmp(what, "command") && argc == 4) {
		run_often(argv[3], atoi(argv[2]));
	} else if (!strcmp(what, "each") && argc > 3) {
		read_in_each(argv[2], argc - 3, argv + 3);
	} else {
		fputs(usage, stderr);
		return 2;
	}
	return 0;
}
