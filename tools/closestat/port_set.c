// SPDX-License-Identifier: GPL-2.0
#include "port_set.h"

#include <stdlib.h>
#include <sys/param.h>

unsigned int port_set_count(const char *text, unsigned int low, unsigned int high)
{
	unsigned int n = 0;
	char *end;

	for (;; text = end + 1) {
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (end == text)
			return n;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		first = MAX(first, low);
		last = MIN(last, high);
		if (first <= last)
			n += last - first + 1;
		if (*end != ',')
			return n;
	}
}
