// SPDX-License-Identifier: GPL-2.0
/* closestat get: the settings that decide how connections close. */
#include "command.h"
#include "msg.h"
#include "settings.h"
#include "settings_gone.h"
#include "sysctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* In JSON a pair of ports is an array. */
static void add_value(struct table *t, const struct options *o, const char *value)
{
	const char *space = value ? strchr(value, ' ') : NULL;

	if (o->json && space)
		table_cell(t, "[%.*s,%s]", (int)(space - value), value, space + 1);
	else if (value)
		table_cell(t, "%s", value);
	else
		table_cell(t, o->json ? NULL : "-");
}

static void add_row(struct table *t, const struct options *o, const struct setting *k,
		    const char *value)
{
	table_row(t);
	table_cell(t, "%s", k->name);
	add_value(t, o, value);
	add_value(t, o, k->initial);
	table_cell(t, "%llu", k->min);
	table_cell(t, "%llu", k->max);
	table_cell(t, "%s", setting_unit_name(k));
	table_cell(t, "%s", k->meaning);
}

static struct table *new_table(const struct options *o)
{
	struct table *t = table_new("knobs", o->format);

	table_column(t, "NAME", COLUMN_TEXT);
	table_column(t, "CURRENT", COLUMN_NUMBER);
	table_column(t, "DEFAULT", COLUMN_NUMBER);
	table_column(t, "MIN", COLUMN_NUMBER);
	table_column(t, "MAX", COLUMN_NUMBER);
	table_column(t, "UNIT", COLUMN_TEXT);
	table_column(t, "MEANING", COLUMN_PROSE);
	return t;
}

/* Settings that an older kernel, or one without connection tracking, does not have are left out. */
static int get_all(const struct options *o)
{
	struct table *t = new_table(o);
	const struct setting *k;
	int ret = EXIT_OK, err;

	for (size_t i = 0; (k = setting_at(i)); i++) {
		char value[SETTING_VALUE_SIZE];

		if (k->hidden)
			continue;
		err = -sysctl_read(k, value);
		if (!err)
			add_row(t, o, k, value);
		else if (err != ENOENT || (k->owner == OWNER_MODULE && !k->initial_only))
			ret = ret ? : sysctl_explain(k, NULL, err);
	}
	return table_print(t) ? : ret;
}

static int get_named(const struct options *o, int n, char **words)
{
	struct table *t;
	int ret = EXIT_OK;

	for (int i = 0; i < n; i++) {
		const char *why = setting_gone(words[i]);

		if (setting_find(words[i]))
			continue;
		return why ? msg_error("%s", why) :
			     msg_usage("get", "no setting is called '%s'", words[i]);
	}
	t = new_table(o);
	for (int i = 0; i < n; i++) {
		const struct setting *k = setting_find(words[i]);
		char value[SETTING_VALUE_SIZE];
		int err = -sysctl_read(k, value);

		if (err)
			ret = sysctl_explain(k, NULL, err);
		else
			add_row(t, o, k, value);
	}
	return table_print(t) ? : ret;
}

static int get(const struct options *o, int n, char **words)
{
	return n ? get_named(o, n, words) : get_all(o);
}

static void print_words(void)
{
	const struct setting *k;

	for (size_t i = 0; (k = setting_at(i)); i++)
		puts(k->name);
}

const struct command cmd_get = {
	.name = "get",
	.usage = "[-N NETNS] [-j [-p]] [NAME...]",
	.summary = "Show the settings that decide how connections close",
	.help = "Shows the module's sysctls and the kernel's own about closing: what they are\n"
		"now, the default, the range. With NAMEs only those; a NAME may also be the\n"
		"full one, as in net.ipv4.tcp_fin_timeout.\n"
		"\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or a path\n"
		"  -j, --json         as JSON\n"
		"  -p, --pretty       JSON with line breaks\n",
	.options = "Njp",
	.run = get,
	.print_words = print_words,
};
