// SPDX-License-Identifier: GPL-2.0
#include "sysctl.h"

#include "lib/procfile.h"
#include "lib/units.h"
#include "module_missing.h"
#include "msg.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void file_of(const struct setting *k, char *file, size_t size)
{
	snprintf(file, size, "sys/%s/%s", k->dir, k->name);
}

static bool ends_word(char c)
{
	return !c || c == ' ' || c == '\t' || c == '\n';
}

/* Copies the words of text with one space between each, if they are numbers and fit. */
static int copy_numbers(char *value, const char *text)
{
	size_t used = 0;

	for (;;) {
		size_t len;

		text += strspn(text, " \t\n");
		len = strspn(text, "-0123456789");
		if (!len || used + len + 2 > SETTING_VALUE_SIZE || !ends_word(text[len]))
			break;
		if (used)
			value[used++] = ' ';
		memcpy(value + used, text, len);
		used += len;
		text += len;
	}
	value[used] = '\0';
	return *text || !used ? -EBADMSG : 0;
}

int sysctl_read(const struct setting *k, char *value)
{
	char file[128];
	char *text;
	int ret;

	file_of(k, file, sizeof(file));
	ret = procfile_read(file, &text, NULL);
	if (ret)
		return ret;
	ret = copy_numbers(value, text);
	free(text);
	return ret;
}

int sysctl_read_number(const char *name, u64 *number)
{
	char value[SETTING_VALUE_SIZE];
	int ret = sysctl_read(setting_find(name), value);

	return ret ? : parse_u64(value, number) ? -EBADMSG : 0;
}

int sysctl_read_ports(unsigned int *low, unsigned int *high)
{
	char value[SETTING_VALUE_SIZE];
	int ret = sysctl_read(setting_find("ip_local_port_range"), value);
	unsigned int from, to;

	if (ret)
		return ret;
	if (sscanf(value, "%u %u", &from, &to) != 2 || to < from)
		return -EBADMSG;
	*low = from;
	*high = to;
	return 0;
}

u64 sysctl_time_wait_length(u64 time_wait_ms)
{
	u64 seconds;

	if (time_wait_ms != KERNELS_OWN_MS || sysctl_read_number("tcp_tw_timeout", &seconds))
		return time_wait_ms;
	return seconds * 1000;
}

int sysctl_write(const struct setting *k, const char *value)
{
	char file[128], line[SETTING_VALUE_SIZE + 1];

	file_of(k, file, sizeof(file));
	snprintf(line, sizeof(line), "%s\n", value);
	return procfile_write(file, line);
}

static int explain_missing(const struct setting *k)
{
	char path[PATH_MAX];

	switch (k->owner) {
	case OWNER_MODULE:
		if (procfile_path(path, sizeof(path), "sys/net/tcp_closestat") ||
		    access(path, F_OK))
			return module_missing();
		break;
	case OWNER_CONNTRACK:
		return msg_error("%s is not there: nf_conntrack is not loaded", k->name);
	default:
		break;
	}
	if (k->initial_only)
		return msg_error("%s is there in the initial namespace only", k->name);
	return msg_error("this kernel has no %s", k->name);
}

int sysctl_explain(const struct setting *k, const char *value, int err)
{
	switch (err) {
	case ENOENT:
		return explain_missing(k);
	case EPERM:
	case EACCES:
		return msg_error("not permitted: %s %s needs CAP_NET_ADMIN over the namespace",
				 value ? "writing" : "reading", k->name);
	case EINVAL:
	case ERANGE:
		if (!value)
			break;
		return msg_error("%s: the kernel refused '%s' as out of range", k->name, value);
	case EOPNOTSUPP:
		return msg_error("%s cannot be changed on this kernel: see 'dmesg' for why",
				 k->name);
	case EROFS:
		return msg_error("%s: /proc/sys is mounted read-only here", k->name);
	case EBADMSG:
		return msg_error("%s: does not hold a number", k->name);
	}
	return msg_error("cannot %s %s: %s", value ? "write" : "read", k->name, strerror(err));
}
