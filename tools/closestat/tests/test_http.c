// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../http_request.h"

#include <stdlib.h>
#include <string.h>

static struct http_request request;

/* From a copy of just its size, so that the sanitizers see a step beyond. */
static int parse(const char *text)
{
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	int status;

	memcpy(copy, text, len);
	status = http_request_parse(copy, len, &request);
	free(copy);
	return status;
}

#define HOST "Host: a\r\n"

static void requests_are_read(void)
{
	EXPECT(parse("GET /metrics HTTP/1.1\r\n" HOST "\r\n") == HTTP_OK);
	EXPECT(!request.head && !request.gzip && !request.openmetrics);
	EXPECT(parse("GET /metrics HTTP/1.0\n\n") == HTTP_OK);
	EXPECT(parse("\r\nGET /metrics?x=1 HTTP/1.0\r\n\r\n") == HTTP_OK);
	EXPECT(parse("GET http://a:9857/metrics HTTP/1.1\r\n" HOST "\r\n") == HTTP_OK);
	EXPECT(parse("HEAD /metrics HTTP/1.1\r\n" HOST "\r\n") == HTTP_OK && request.head);
}

static void requests_are_refused(void)
{
	EXPECT(parse("GET / HTTP/1.1\r\n" HOST "\r\n") == HTTP_NOT_FOUND);
	EXPECT(parse("GET /metricsx HTTP/1.1\r\n" HOST "\r\n") == HTTP_NOT_FOUND);
	EXPECT(parse("GET /../metrics HTTP/1.1\r\n" HOST "\r\n") == HTTP_NOT_FOUND);
	EXPECT(parse("GET http://a HTTP/1.1\r\n" HOST "\r\n") == HTTP_NOT_FOUND);
	EXPECT(parse("POST / HTTP/1.1\r\n" HOST "\r\n") == HTTP_NOT_FOUND);
	EXPECT(parse("POST /metrics HTTP/1.1\r\n" HOST "\r\n") == HTTP_METHOD);
	EXPECT(parse("get /metrics HTTP/1.1\r\n" HOST "\r\n") == HTTP_METHOD);
	EXPECT(parse("GET /metrics HTTP/2.0\r\n" HOST "\r\n") == HTTP_VERSION);
	EXPECT(parse("GET /metrics HTTP/1.1\r\n\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("GET /metrics\r\n\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("GET  HTTP/1.1\r\n" HOST "\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("GET /metrics HTTP/1.1 x\r\n" HOST "\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("GET /metrics HTTPS/1.\r\n" HOST "\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("GET /metrics HTTP/1.1\r\nHost : a\r\n\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("GET /metrics HTTP/1.1\r\n" HOST " more\r\n\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("GET /metrics HTTP/1.1\r\nHost\r\n\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("\r\n\r\n") == HTTP_BAD_REQUEST);
	EXPECT(parse("") == HTTP_BAD_REQUEST);
}

static bool gzip(const char *list)
{
	char text[256];

	snprintf(text, sizeof(text), "GET /metrics HTTP/1.0\r\naccept-ENCODING:%s\r\n\r\n", list);
	return parse(text) == HTTP_OK && request.gzip;
}

static void gzip_is_agreed_on(void)
{
	EXPECT(gzip("gzip") && gzip(" deflate, GZIP;q=0.5 ,br"));
	EXPECT(gzip("*") && gzip("gzip;q=1.000"));
	EXPECT(!gzip("") && !gzip("gzipx") && !gzip("br"));
	EXPECT(!gzip("gzip;q=0") && !gzip("gzip; q=0.0"));
	EXPECT(!gzip("*, gzip;q=0") && !gzip("*;q=0") && !gzip("gzip;q="));
}

static bool openmetrics(const char *list)
{
	char text[256];

	snprintf(text, sizeof(text), "GET /metrics HTTP/1.0\r\nAccept: %s\r\n\r\n", list);
	return parse(text) == HTTP_OK && request.openmetrics;
}

static void the_format_is_agreed_on(void)
{
	EXPECT(openmetrics("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));
	EXPECT(openmetrics("text/plain;version=0.0.4;q=0.5, application/openmetrics-text; q=0.9"));
	EXPECT(!openmetrics("text/plain, application/openmetrics-text;q=0.9"));
	EXPECT(!openmetrics("*/*") && !openmetrics("application/openmetrics-text;q=0"));
}

static void the_end_is_found(void)
{
	EXPECT(http_request_end("a\r\n\r\nb", 6) == 5);
	EXPECT(http_request_end("a\n\nb", 4) == 3);
	EXPECT(http_request_end("a\r\n\r", 4) == 0);
	EXPECT(http_request_end("a\r\nb\r\n", 6) == 0);
	EXPECT(http_request_end("", 0) == 0);
}

int main(void)
{
	tap_begin(5);
	RUN(requests_are_read);
	RUN(requests_are_refused);
	RUN(gzip_is_agreed_on);
	RUN(the_format_is_agreed_on);
	RUN(the_end_is_found);
	return tap_end();
}
