// SPDX-License-Identifier: GPL-2.0
#include "port_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

bool port_is_one_of(u16 port, const u16 *ports, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

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

char *port_set_add(const char *text, const bool *ports)
{
	size_t size, length = strcspn(text, "\n");
	char *list = NULL;
	FILE *f = open_memstream(&list, &size);

	if (!f)
		return NULL;
	fwrite(text, 1, length, f);
	for (unsigned int port = 0; port < PORT_SET_SIZE; port++) {
		unsigned int last = port;

		if (!ports[port] || port_set_count(text, port, port))
			continue;
		while (last + 1 < PORT_SET_SIZE && ports[last + 1] &&
		       !port_set_count(text, last + 1, last + 1))
			last++;
		fprintf(f, "%s%u", ftell(f) ? "," : "", port);
		if (last > port)
			fprintf(f, "-%u", last);
		port = last;
	}
	return fclose(f) ? NULL : list;
}
