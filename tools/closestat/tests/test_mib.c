// SPDX-License-Identifier: GPL-2.0
#include "ktap.h"

#include "lib/mib.h"

#include <errno.h>
#include <limits.h>

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

int main(void)
{
	ktap_begin(3);
	RUN(values_are_found);
	RUN(values_that_are_not_there);
	RUN(broken_files);
	return ktap_end();
}
