// SPDX-License-Identifier: GPL-2.0
#include "snapshot.h"

#include "lib/clock.h"
#include "lib/mib.h"
#include "lib/procfile.h"
#include "module_missing.h"
#include "msg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNTERS_FILE "thread-self/net/tcp_closestat"
#define ALL_FILE "tcp_closestat_all"

static const struct {
	const char *group;
	const char *name;
} kernel_rows[] = {
	{ "TcpExt", "TW" },
	{ "TcpExt", "TWKilled" },
	{ "TcpExt", "TWRecycled" },
	{ "TcpExt", "TCPTimeWaitOverflow" },
	{ "TcpExt", "TCPAbortOnData" },
	{ "TcpExt", "TCPAbortOnClose" },
	{ "TcpExt", "TCPAbortOnMemory" },
	{ "TcpExt", "TCPAbortOnTimeout" },
	{ "TcpExt", "TCPAbortOnLinger" },
	{ "TcpExt", "TCPAbortFailed" },
	{ "Tcp", "EstabResets" },
	{ "Tcp", "OutRsts" },
};

#define N_KERNEL_ROWS ARRAY_SIZE(kernel_rows)

static int explain(const char *file, int err)
{
	switch (err) {
	case ENOENT:
		return module_missing();
	case EPERM:
	case EACCES:
		return msg_error("not permitted: /proc/%s needs CAP_NET_ADMIN on the host",
				 file);
	case EPROTO:
		return msg_error("/proc/%s is of a format version this closestat does not know",
				 file);
	case EINVAL:
		return msg_error("/proc/%s is not in the format of tcp_closestat", file);
	default:
		return msg_error("cannot read /proc/%s: %s", file, strerror(err));
	}
}

/* @netstat: set to the text, which is the caller's. */
static int read_kernel(struct counters *kernel, char **netstat)
{
	struct counter *rows;
	char *snmp = NULL;

	rows = calloc(N_KERNEL_ROWS, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	*kernel = (struct counters){ .rows = rows };
	procfile_read("thread-self/net/netstat", netstat, NULL);
	procfile_read("thread-self/net/snmp", &snmp, NULL);
	for (size_t i = 0; i < N_KERNEL_ROWS; i++) {
		const char *text = strcmp(kernel_rows[i].group, "Tcp") ? *netstat : snmp;
		struct counter *row = &rows[kernel->n];

		row->name = kernel_rows[i].name;
		if (text && !mib_value(text, kernel_rows[i].group, row->name, &row->value))
			kernel->n++;
	}
	free(snmp);
	return 0;
}

int snapshot_read_kernel(struct counters *kernel)
{
	char *netstat = NULL;
	int ret = read_kernel(kernel, &netstat);

	free(netstat);
	return ret;
}

/* A snapshot of one namespace is one block, without an inode. */
static int parse_one(struct snapshot *s, size_t len)
{
	s->module.v = calloc(1, sizeof(*s->module.v));
	if (!s->module.v)
		return -ENOMEM;
	s->module.n = 1;
	return counters_parse(s->text, len, &s->module.v[0].counters);
}

static int load(struct snapshot *s, const char *file, bool all)
{
	size_t len;
	int ret;

	*s = (struct snapshot){ .all = all, .seconds = monotonic_us() / 1e6 };
	ret = procfile_read(file, &s->text, &len);
	if (!ret)
		ret = all ? blocks_parse(s->text, len, &s->module) : parse_one(s, len);
	if (!ret && !all)
		ret = read_kernel(&s->kernel, &s->netstat);
	if (ret)
		snapshot_free(s);
	return ret;
}

int snapshot_load(struct snapshot *s)
{
	return load(s, COUNTERS_FILE, false);
}

int snapshot_read(struct snapshot *s)
{
	int ret = snapshot_load(s);

	return ret ? explain(COUNTERS_FILE, -ret) : EXIT_OK;
}

int snapshot_load_all(struct snapshot *s)
{
	return load(s, ALL_FILE, true);
}

int snapshot_read_all(struct snapshot *s)
{
	int ret = snapshot_load_all(s);

	return ret ? explain(ALL_FILE, -ret) : EXIT_OK;
}

void snapshot_free(struct snapshot *s)
{
	blocks_free(&s->module);
	counters_free(&s->kernel);
	free(s->text);
	free(s->netstat);
	*s = (struct snapshot){ 0 };
}

const struct block *snapshot_find(const struct snapshot *s, u64 inode)
{
	for (size_t i = 0; i < s->module.n; i++) {
		if (s->module.v[i].inode == inode)
			return &s->module.v[i];
	}
	return NULL;
}
