// SPDX-License-Identifier: GPL-2.0
#include "http_request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Of a quality, "q=0.5": thousandths. */
#define QUALITY_MAX 1000

size_t http_request_end(const char *text, size_t len)
{
	/* A line may end without a carriage return (RFC 9112, section 2.2). */
	for (size_t i = 0; i + 1 < len; i++) {
		if (text[i] != '\n')
			continue;
		if (text[i + 1] == '\n')
			return i + 2;
		if (i + 2 < len && text[i + 1] == '\r' && text[i + 2] == '\n')
			return i + 3;
	}
	return 0;
}

/* Cuts the next line off, without its end; NULL after the last. */
static char *take_line(char **text, char *end)
{
	char *line = *text, *newline;

	if (line >= end)
		return NULL;
	newline = memchr(line, '\n', end - line);
	if (!newline)
		return NULL;
	*text = newline + 1;
	if (newline > line && newline[-1] == '\r')
		newline--;
	*newline = '\0';
	return line;
}

static int quality_of(const char *p)
{
	int quality, unit = QUALITY_MAX / 10;

	if (*p != '0' && *p != '1')
		return 0;
	quality = *p == '1' ? QUALITY_MAX : 0;
	if (p[1] != '.')
		return quality;
	for (p += 2; isdigit((unsigned char)*p) && unit; p++, unit /= 10)
		quality += (*p - '0') * unit;
	return quality < QUALITY_MAX ? quality : QUALITY_MAX;
}

/* How much one element of a list, "text/plain;version=0.0.4;q=0.5", is wanted. */
static int quality_of_element(const char *element, size_t len)
{
	for (size_t i = 0; i + 2 < len; i++) {
		if (element[i] != ';')
			continue;
		for (i++; i + 2 < len && (element[i] == ' ' || element[i] == '\t'); i++)
			;
		if (tolower((unsigned char)element[i]) == 'q' && element[i + 1] == '=')
			return quality_of(element + i + 2);
		i--;
	}
	return QUALITY_MAX;
}

/* How much something is wanted by a list such as Accept's; -1 if it is not in it. */
static int quality_in(const char *list, const char *name)
{
	int best = -1;

	while (*list) {
		size_t len;

		list += strspn(list, " \t,");
		len = strcspn(list, ",");
		if (strcspn(list, " \t,;") == strlen(name) &&
		    !strncasecmp(list, name, strlen(name))) {
			int quality = quality_of_element(list, len);

			if (quality > best)
				best = quality;
		}
		list += len;
	}
	return best;
}

static bool wants_gzip(const char *list)
{
	int quality = quality_in(list, "gzip");

	if (quality < 0)
		quality = quality_in(list, "*");
	return quality > 0;
}

static bool wants_openmetrics(const char *list)
{
	int quality = quality_in(list, "application/openmetrics-text");

	return quality > 0 && quality >= quality_in(list, "text/plain");
}

static void take_field(const char *name, const char *value, struct http_request *r, bool *host)
{
	if (!strcasecmp(name, "host"))
		*host = true;
	else if (!strcasecmp(name, "accept-encoding"))
		r->gzip |= wants_gzip(value);
	else if (!strcasecmp(name, "accept"))
		r->openmetrics |= wants_openmetrics(value);
}

static int take_fields(char *text, char *end, struct http_request *r, bool host_needed)
{
	bool host = false;
	char *line;

	while ((line = take_line(&text, end)) && *line) {
		char *colon = strchr(line, ':');

		/* Blanks before the colon, continuation lines: both were used to deceive. */
		if (!colon || colon == line || strcspn(line, " \t") < (size_t)(colon - line))
			return HTTP_BAD_REQUEST;
		*colon++ = '\0';
		take_field(line, colon + strspn(colon, " \t"), r, &host);
	}
	return host || !host_needed ? HTTP_OK : HTTP_BAD_REQUEST;
}

static bool is_page(const char *target)
{
	size_t len = strlen(HTTP_PAGE);

	/* To a proxy it would be the whole address, and a server has to take that, too. */
	if (!strncasecmp(target, "http://", 7)) {
		target = strchr(target + 7, '/');
		if (!target)
			return false;
	}
	return !strncmp(target, HTTP_PAGE, len) && (!target[len] || target[len] == '?');
}

/* The method, the target and the version of "GET /metrics HTTP/1.1". */
static int take_request_line(char *line, struct http_request *r, char **target, bool *host_needed)
{
	char *version;

	*target = strchr(line, ' ');
	if (!*target || *target == line)
		return HTTP_BAD_REQUEST;
	*(*target)++ = '\0';
	version = strchr(*target, ' ');
	if (!version || version == *target)
		return HTTP_BAD_REQUEST;
	*version++ = '\0';
	if (strncmp(version, "HTTP/", 5) || !isdigit((unsigned char)version[5]) ||
	    version[6] != '.' || !isdigit((unsigned char)version[7]) || version[8])
		return HTTP_BAD_REQUEST;
	if (version[5] != '1')
		return HTTP_VERSION;
	*host_needed = version[7] != '0';
	r->head = !strcmp(line, "HEAD");
	return r->head || !strcmp(line, "GET") ? HTTP_OK : HTTP_METHOD;
}

int http_request_parse(char *text, size_t len, struct http_request *r)
{
	char *end = text + len, *line, *target = NULL;
	bool host_needed = false;
	int method, status;

	*r = (struct http_request){ 0 };
	if (memchr(text, '\0', len))
		return HTTP_BAD_REQUEST;
	/* Empty lines before a request are the fault of some client (RFC 9112, section 2.2). */
	while ((line = take_line(&text, end)) && !*line)
		;
	if (!line)
		return HTTP_BAD_REQUEST;
	method = take_request_line(line, r, &target, &host_needed);
	if (method != HTTP_OK && method != HTTP_METHOD)
		return method;
	status = take_fields(text, end, r, host_needed);
	if (status != HTTP_OK)
		return status;
	if (!is_page(target))
		return HTTP_NOT_FOUND;
	return method;
}
