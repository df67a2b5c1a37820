// SPDX-License-Identifier: GPL-2.0
/* The rows of /proc/net/tcp_closestat, see rows.h. */
#include "rows.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "setting.h"

/**
 * rows_parse() - take apart what was read, to the letter
 * @rows: filled, so that two readings can be compared with memcmp()
 * @text: "name value\n" any number of times; anything else ends the test
 */
void rows_parse(struct rows *rows, const char *text)
{
	memset(rows, 0, sizeof(*rows));
	while (*text) {
		const size_t len = strcspn(text, "\n ");
		char *end;

		if (text[len] != ' ' || !isdigit((unsigned char)text[len + 1]))
			die("not a row: '%.60s'", text);
		if (rows->n == ROWS_MAX || !len || len >= sizeof(rows->row[0].name))
			die("more or longer rows than expected at '%.60s'", text);
		memcpy(rows->row[rows->n].name, text, len);
		rows->row[rows->n].name[len] = '\0';
		rows->row[rows->n].value = strtoull(text + len + 1, &end, 10);
		if (*end != '\n')
			die("not a row: '%.60s'", text);
		rows->n++;
		text = end + 1;
	}
}

/**
 * rows_read() - read the file of a namespace
 * @rows: filled
 * @ns: the namespace's file descriptor, -1: the caller's
 */
void rows_read(struct rows *rows, int ns)
{
	char text[8192];

	if (setting_read(ns, "/proc/thread-self/net/tcp_closestat", text,
			 sizeof(text)) < 0)
		die_errno("cannot read tcp_closestat");
	rows_parse(rows, text);
}

/**
 * rows_get() - the value of a row
 * @rows: of rows_read()
 * @name: which; one that is not there ends the test
 */
uint64_t rows_get(const struct rows *rows, const char *name)
{
	unsigned int i;

	for (i = 0; i < rows->n; i++)
		if (!strcmp(rows->row[i].name, name))
			return rows->row[i].value;
	die("no row '%s'", name);
}

/**
 * row_now() - read one row
 * @ns: the namespace's file descriptor, -1: the caller's
 * @name: which
 */
uint64_t row_now(int ns, const char *name)
{
	struct rows rows;

	rows_read(&rows, ns);
	return rows_get(&rows, name);
}
