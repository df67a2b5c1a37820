// SPDX-License-Identifier: GPL-2.0
#include "ct_stat.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#define MAX_COLUMNS 32

/* The columns of a line, which is changed. */
static size_t split(char *line, char **words)
{
	size_t n = 0;

	for (char *word; n < MAX_COLUMNS && (word = strsep(&line, " "));) {
		if (*word)
			words[n++] = word;
	}
	return n;
}

/* nf_ct_resolve_clash() counts as dropped, too, what it counts as an insert_failed. */
struct ct_drops ct_drops_parse(char *text)
{
	char *names[MAX_COLUMNS], *words[MAX_COLUMNS], *line = strsep(&text, "\n");
	size_t n = split(line, names), cells;
	u64 dropped = 0, clashed = 0;

	/* A line for each CPU. */
	while ((line = strsep(&text, "\n"))) {
		cells = split(line, words);
		for (size_t i = 0; i < MIN(n, cells); i++) {
			if (!strcmp(names[i], "drop"))
				dropped += strtoull(words[i], NULL, 16);
			else if (!strcmp(names[i], "insert_failed"))
				clashed += strtoull(words[i], NULL, 16);
		}
	}
	return (struct ct_drops){
		.no_room = dropped > clashed ? dropped - clashed : 0, .clashed = clashed,
	};
}
