// SPDX-License-Identifier: GPL-2.0
#include "errname.h"

#include "lib/util.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

const char *errname(int err)
{
#define NAME(e) { e, #e }
	static const struct { int err; const char *name; } names[] = {
		NAME(EADDRINUSE), NAME(EADDRNOTAVAIL), NAME(EAGAIN),
		NAME(EBADF), NAME(ECONNABORTED), NAME(ECONNREFUSED),
		NAME(ECONNRESET), NAME(EHOSTUNREACH), NAME(EINVAL),
		NAME(ENETUNREACH), NAME(ENOTCONN), NAME(EPIPE),
		NAME(ETIMEDOUT),
	};
#undef NAME
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].err == err)
			return names[i].name;
	return strerror(err);
}
