// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "lib/mib.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char netstat[] =
	"TcpExt: SyncookiesSent TW TWRecycled TCPAbortOnData\n"
	"TcpExt: 1 20 18446744073709551615 400\n"
	"IpExt: TW InNoRoutes\n"
	"IpExt: 7 8\n"
	"Tcp: MaxConn OutRsts\n"
	"Tcp: -1 9\n";

static bool is(const char *group, const char *name, u64 want)
{
	u64 v;

	return !mib_value(netstat, group, name, &v) && v == want;
}

static int error(const char *text, const char *group, const char *name)
{
	u64 v = 77;
	int ret = mib_value(text, group, name, &v);

	EXPECT(v == 77);
	return ret;
}

static void values_are_found(void)
{
	EXPECT(is("TcpExt", "SyncookiesSent", 1));
	EXPECT(is("TcpExt", "TW", 20));
	EXPECT(is("TcpExt", "TWRecycled", ULLONG_MAX));
	EXPECT(is("TcpExt", "TCPAbortOnData", 400));
	EXPECT(is("IpExt", "TW", 7));
	EXPECT(is("Tcp", "OutRsts", 9));
}

static void values_that_are_not_there(void)
{
	EXPECT(error(netstat, "TcpExt", "OutRsts") == -ENOENT);
	EXPECT(error(netstat, "TcpExt", "TWRecycle") == -ENOENT);
	EXPECT(error(netstat, "Icmp", "OutRsts") == -ENOENT);
	EXPECT(error(netstat, "Tcp", "MaxConn") == -EINVAL);
}

static void broken_files(void)
{
	EXPECT(error("", "Tcp", "A") == -ENOENT);
	EXPECT(error("Tcp: A", "Tcp", "A") == -ENOENT);
	EXPECT(error("Tcp: A\n", "Tcp", "A") == -ENOENT);
	EXPECT(error("Tcp: A\nTcp: 1", "Tcp", "A") == -ENOENT);
	EXPECT(error("Tcp: A\nTcp:\n", "Tcp", "A") == -ENOENT);
	EXPECT(error("Tcp: A B\nTcp: 1\n", "Tcp", "B") == -ENOENT);
	EXPECT(error("Tcp: A\nIp: 1\n", "Tcp", "A") == -ENOENT);
	EXPECT(error("Tcp: A\nTcp: x\n", "Tcp", "A") == -EINVAL);
	EXPECT(error("Tcp: A\nTcp: 99999999999999999999999999999\n", "Tcp", "A") == -EINVAL);
}

static int note(void *data, const char *group, const char *name, u64 value)
{
	char *text = data;
	size_t used = strlen(text);

	snprintf(text + used, 256 - used, "%s.%s=%llu ", group, name, (unsigned long long)value);
	return !strcmp(name, "stop") ? -ECANCELED : 0;
}

static bool all_are(const char *file, int ret, const char *want)
{
	char text[256] = "";

	return mib_each(file, note, text) == ret && !strcmp(text, want);
}

static void all_of_a_file(void)
{
	EXPECT(all_are("Tcp: A B MaxConn\nTcp: 1 18446744073709551615 -1\nIpExt: C\nIpExt: 9\n", 0,
		       "Tcp.A=1 Tcp.B=18446744073709551615 IpExt.C=9 "));
	EXPECT(all_are("", 0, ""));
	EXPECT(all_are("Tcp: A B\nTcp: 1\n", 0, "Tcp.A=1 "));
	EXPECT(all_are("Tcp: A\nTcp: 1", 0, ""));
	EXPECT(all_are("Tcp: A\nIp: 1\n", 0, ""));
	EXPECT(all_are("Tcp A\nTcp 1\n", 0, ""));
	EXPECT(all_are("Tcp: stop A\nTcp: 1 2\n", -ECANCELED, "Tcp.stop=1 "));
}

int main(void)
{
	tap_begin(4);
	RUN(values_are_found);
	RUN(values_that_are_not_there);
	RUN(broken_files);
	RUN(all_of_a_file);
	return tap_end();
}
