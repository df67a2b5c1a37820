// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include "counters.h"
#include "lib/util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse(int (*parser)(char *text, struct counters *counters),
		 const char *text, struct counters *counters)
{
	char *copy = strdup(text);
	int ret = parser(copy, counters);

	free(copy);
	return ret;
}

static int pairs(const char *text)
{
	struct counters c = { 0 };
	int ret = parse(counters_parse_pairs, text, &c);

	counters_free(&c);
	return ret;
}

int main(void)
{
	struct counters c = { 0 };
	u64 value = 0;

	test(!parse(counters_parse_pairs,
		    "version 1\nended 18446744073709551615\n", &c) &&
	     c.count == 2, "pairs");
	test(counters_find(&c, "ended", &value) && value == ~0ULL,
	     "the largest value");
	test(!counters_find(&c, "end", &value), "a name that is not there");
	test(!parse(counters_parse_mib,
		    "TcpExt: A TWRecycled\nTcpExt: 7 -1\n"
		    "IpExt: X\nIpExt: 9\nTcp: OutRsts\nTcp: 3\n", &c),
	     "the kernel's rows");
	test(counters_find(&c, "TcpExt.A", &value) && value == 7 &&
	     counters_find(&c, "Tcp.OutRsts", &value) && value == 3,
	     "their values");
	test(!counters_find(&c, "IpExt.X", &value), "of TCP alone");
	counters_free(&c);
	test(!pairs(""), "an empty file");
	test(pairs("name\n") == -EINVAL, "no value");
	test(pairs("name x\n") == -EINVAL, "no number");
	test(pairs("name 1 2\n") == -EINVAL, "two numbers");
	test(!parse(counters_parse_mib, "TcpExt: A B\nTcpExt: 1\nTcp", &c),
	     "cut short");
	counters_free(&c);
	return test_end();
}
