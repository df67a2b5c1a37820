// SPDX-License-Identifier: GPL-2.0
#include "save.h"

#include "msg.h"
#include "sysctl_conf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FULL_NAME_SIZE 96

static void full_name(const struct setting *k, char *name)
{
	snprintf(name, FULL_NAME_SIZE, "%s/%s", k->dir, k->name);
	for (; *name; name++) {
		if (*name == '/')
			*name = '.';
	}
}

static bool is_replaced(const char *line, const struct assignment *a, int n)
{
	char name[FULL_NAME_SIZE];

	for (int i = 0; i < n; i++) {
		full_name(a[i].setting, name);
		if (sysctl_conf_sets(line, name))
			return true;
	}
	return false;
}

/* Copies what the file says about other sysctls, and the comments. */
static int copy_others(FILE *to, const char *path, const struct assignment *a, int n)
{
	FILE *from = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int ret = EXIT_OK;

	if (!from && errno == ENOENT)
		return EXIT_OK;
	if (!from)
		return msg_error("cannot read %s: %m", path);
	while (getline(&line, &size, from) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!is_replaced(line, a, n))
			fprintf(to, "%s\n", line);
	}
	if (ferror(from))
		ret = msg_error("cannot read %s: %m", path);
	free(line);
	fclose(from);
	return ret;
}

int save_prepare(struct atomic_file *f, const char *path, const struct assignment *a, int n)
{
	char name[FULL_NAME_SIZE];
	int ret;

	ret = atomic_file_open(f, path);
	if (ret)
		return ret;
	ret = copy_others(f->stream, path, a, n);
	for (int i = 0; i < n; i++) {
		full_name(a[i].setting, name);
		fprintf(f->stream, "%s = %s\n", name, a[i].value);
	}
	return ret;
}
