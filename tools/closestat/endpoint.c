// SPDX-License-Identifier: GPL-2.0
#include "endpoint.h"

#include "lib/units.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

char *endpoint_format(u8 family, const struct in6_addr *address, u16 port, char *buf)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(family, address, text, sizeof(text));
	if (!port)
		snprintf(buf, ENDPOINT_SIZE, "%s", text);
	else
		snprintf(buf, ENDPOINT_SIZE, family == AF_INET6 ? "[%s]:%u" : "%s:%u", text, port);
	return buf;
}

static int parse_address(const char *text, u8 *family, struct in6_addr *address)
{
	*address = (struct in6_addr){ 0 };
	*family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(*family, text, address) != 1)
		return -EINVAL;
	if (*family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(address)) {
		*family = AF_INET;
		*address = (struct in6_addr){ .s6_addr32 = { address->s6_addr32[3] } };
	}
	return 0;
}

int endpoint_parse(const char *text, u8 *family, struct in6_addr *address, u16 *port)
{
	char copy[ENDPOINT_SIZE], *start = copy, *colon;
	u64 number = 0;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return -EINVAL;
	colon = strrchr(copy, ':');
	if (*copy == '[') {
		char *end = strchr(copy, ']');

		if (!end || (end[1] && end[1] != ':'))
			return -EINVAL;
		colon = end[1] ? end + 1 : NULL;
		*end = '\0';
		start++;
	} else if (colon && strchr(copy, ':') != colon) {
		colon = NULL;
	}
	if (colon) {
		*colon = '\0';
		if (parse_u64(colon + 1, &number) || !number || number > 65535)
			return -EINVAL;
	}
	*port = number;
	return parse_address(start, family, address);
}
