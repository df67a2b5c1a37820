// SPDX-License-Identifier: GPL-2.0
/* closestat set: several settings at once, all of them or none. */
#include "command.h"
#include "msg.h"
#include "save.h"
#include "settings.h"
#include "settings_gone.h"
#include "sysctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int bad_value(const struct setting *k, const char *name, const char *text, int err)
{
	const char *unit = setting_unit_name(k);

	switch (err) {
	case ENODATA:
		return msg_usage("set", "%s=%s needs a unit, ms, s or min: %s=%s%s", name, text,
				 name, text, unit);
	case EDOM:
		return msg_usage("set", "%s counts in whole %s, which '%s' is not", k->name,
				 k->unit == UNIT_MS ? "milliseconds" : "seconds", text);
	case ERANGE:
		return msg_error("%s: '%s' is out of range: %llu to %llu%s%s%s", k->name, text,
				 k->min, k->max, *unit ? " " : "", unit,
				 k->unit == UNIT_PORTS ? ", the lower first" : "");
	}
	switch (k->unit) {
	case UNIT_SWITCH:
		return msg_usage("set", "%s: '%s' is neither of 0, 1, off, on", k->name, text);
	case UNIT_PORTS:
		return msg_usage("set", "%s: '%s' is not two ports, as in 32768-60999", k->name,
				 text);
	case UNIT_COUNT:
		return msg_usage("set", "%s: '%s' is not a number", k->name, text);
	default:
		return msg_usage("set", "%s: '%s' is no length of time, as in 1500ms, 1.5s, 2min",
				 k->name, text);
	}
}

static int parse_assignment(char *word, struct assignment *a)
{
	char *text = strchr(word, '=');
	int ret;

	if (!text)
		return msg_usage("set", "'%s' is not NAME=VALUE", word);
	*text++ = '\0';
	a->setting = setting_find(word);
	if (!a->setting)
		return setting_gone(word) ? msg_error("%s", setting_gone(word)) :
			msg_usage("set", "no setting is called '%s'", word);
	ret = setting_parse(a->setting, word, text, a->value);
	return ret ? bad_value(a->setting, word, text, -ret) : EXIT_OK;
}

/* Two assignments of one setting, where a setting of the kernel's vendors is ours as well. */
static int check_pair(const struct setting *a, const struct setting *b)
{
	static const char ours[] = "time_wait_ms", vendors[] = "tcp_tw_timeout";

	if (a == b)
		return msg_usage("set", "%s is set twice", a->name);
	if ((strcmp(a->name, ours) || strcmp(b->name, vendors)) &&
	    (strcmp(b->name, ours) || strcmp(a->name, vendors)))
		return EXIT_OK;
	return msg_usage("set", "TIME_WAIT is set twice: %s is %s in seconds", vendors, ours);
}

static int parse_all(struct assignment *a, int n, char **words)
{
	for (int i = 0; i < n; i++) {
		int ret = parse_assignment(words[i], &a[i]);

		if (ret)
			return ret;
		for (int j = 0; j < i; j++) {
			ret = check_pair(a[j].setting, a[i].setting);
			if (ret)
				return ret;
		}
	}
	return EXIT_OK;
}

static int read_old(struct assignment *a, int n)
{
	for (int i = 0; i < n; i++) {
		int ret = sysctl_read(a[i].setting, a[i].old);

		if (ret)
			return sysctl_explain(a[i].setting, NULL, -ret);
	}
	return EXIT_OK;
}

static void restore(const struct assignment *a, int n)
{
	while (n--) {
		int ret = sysctl_write(a[n].setting, a[n].old);

		if (ret)
			msg_error("%s stays at %s: cannot put %s back: %s", a[n].setting->name,
				  a[n].value, a[n].old, strerror(-ret));
	}
}

static int write_all(const struct assignment *a, int n)
{
	for (int i = 0; i < n; i++) {
		int ret = sysctl_write(a[i].setting, a[i].value);

		if (ret) {
			sysctl_explain(a[i].setting, a[i].value, -ret);
			restore(a, i);
			return EXIT_FAILED;
		}
	}
	return EXIT_OK;
}

static int apply(const struct options *o, struct assignment *a, int n)
{
	struct atomic_file file = { 0 };
	int ret = EXIT_OK;

	if (o->save)
		ret = save_prepare(&file, o->save_file ? : SAVE_FILE, a, n);
	if (!ret)
		ret = write_all(a, n);
	if (ret) {
		atomic_file_abort(&file);
		return ret;
	}
	if (o->save)
		ret = atomic_file_commit(&file);
	if (ret)
		restore(a, n);
	return ret;
}

static int set(const struct options *o, int n, char **words)
{
	struct assignment *a;
	int ret;

	if (!n)
		return msg_usage("set", "nothing to set: NAME=VALUE is missing");
	a = calloc(n, sizeof(*a));
	if (!a)
		return msg_error("out of memory");
	ret = parse_all(a, n, words);
	if (!ret)
		ret = read_old(a, n);
	if (!ret)
		ret = apply(o, a, n);
	free(a);
	return ret;
}

static void print_words(void)
{
	const struct setting *k;

	for (size_t i = 0; (k = setting_at(i)); i++) {
		printf("%s=\n", k->name);
		if (k->alias)
			printf("%s=\n", k->alias);
	}
}

const struct command cmd_set = {
	.name = "set",
	.usage = "[-N NETNS | --save[=FILE]] NAME=VALUE...",
	.summary = "Change settings, all that are given or none",
	.help = "A NAME is one that 'closestat get' shows, or its full name as a sysctl;\n"
		"'time_wait' and 'guard' are short for time_wait_ms and time_wait_guard.\n"
		"A VALUE is a number in the unit of that setting, or with a unit: ms, s, min\n"
		"('time_wait' needs one); on or off for a switch; LOW-HIGH for the port range.\n"
		"\n"
		"  closestat set time_wait=1500ms\n"
		"  closestat set -N blue time_wait=10s guard=off tcp_fin_timeout=15\n"
		"\n"
		"  -N, --netns NETNS  in another namespace: a name in /run/netns, a process id or\n"
		"                     a path\n"
		"  -s, --save[=FILE]  for the next boot too, in FILE, which is\n"
		"                     " SAVE_FILE " unless given\n",
	.options = "Ns",
	.run = set,
	.print_words = print_words,
};
