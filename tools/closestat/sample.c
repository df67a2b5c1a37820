// SPDX-License-Identifier: GPL-2.0
#include "sample.h"

#include "mib.h"
#include "msg.h"
#include "procfile.h"
#include "sysctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNTERS_FILE "thread-self/net/tcp_closestat"

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

static int read_module(struct sample *s)
{
	size_t len;
	int ret;

	ret = procfile_read(COUNTERS_FILE, &s->text, &len);
	if (ret == -ENOENT)
		return module_missing();
	if (ret)
		return msg_error("cannot read /proc/%s: %s", COUNTERS_FILE, strerror(-ret));
	ret = counters_parse(s->text, len, &s->module);
	if (ret == -EPROTO)
		return msg_error("/proc/%s is of a format version this closestat does not know",
				 COUNTERS_FILE);
	if (ret == -EINVAL)
		return msg_error("/proc/%s is not in the format of tcp_closestat", COUNTERS_FILE);
	return ret ? msg_error("cannot read /proc/%s: %s", COUNTERS_FILE, strerror(-ret)) : EXIT_OK;
}

/* A counter that this kernel does not have is left out. */
static int read_kernel(struct sample *s)
{
	char *netstat = NULL, *snmp = NULL;
	struct counter *rows;

	rows = calloc(N_KERNEL_ROWS, sizeof(*rows));
	if (!rows)
		return msg_error("out of memory");
	s->kernel.rows = rows;
	procfile_read("thread-self/net/netstat", &netstat, NULL);
	procfile_read("thread-self/net/snmp", &snmp, NULL);
	for (size_t i = 0; i < N_KERNEL_ROWS; i++) {
		const char *text = strcmp(kernel_rows[i].group, "Tcp") ? netstat : snmp;
		struct counter *row = &rows[s->kernel.n];

		row->name = kernel_rows[i].name;
		if (text && !mib_value(text, kernel_rows[i].group, row->name, &row->value))
			s->kernel.n++;
	}
	free(netstat);
	free(snmp);
	return EXIT_OK;
}

int sample_read(struct sample *s)
{
	int ret;

	*s = (struct sample){ 0 };
	ret = read_module(s);
	if (!ret)
		ret = read_kernel(s);
	if (ret)
		sample_free(s);
	return ret;
}

void sample_free(struct sample *s)
{
	counters_free(&s->module);
	counters_free(&s->kernel);
	free(s->text);
	*s = (struct sample){ 0 };
}
