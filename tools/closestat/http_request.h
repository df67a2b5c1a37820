/* SPDX-License-Identifier: GPL-2.0 */
/* As much of an HTTP/1.x request (RFC 9110, RFC 9112) as one page of metrics needs. Pure. */
#ifndef CLOSESTAT_HTTP_REQUEST_H
#define CLOSESTAT_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/* The only page there is. */
#define HTTP_PAGE "/metrics"

enum {
	HTTP_OK = 200,
	HTTP_BAD_REQUEST = 400,
	HTTP_NOT_FOUND = 404,
	HTTP_METHOD = 405,
	HTTP_TIMEOUT = 408,
	HTTP_TOO_LARGE = 431,
	HTTP_UNAVAILABLE = 503,
	HTTP_VERSION = 505,
};

struct http_request {
	bool head;		/* the answer without its body */
	bool gzip;		/* may be compressed */
	bool openmetrics;	/* wanted rather than Prometheus's own format */
};

/**
 * http_request_end - where the head of a request ends
 * @text: what has come so far
 * @len: bytes of it
 *
 * Return: the length of the head with its empty line, 0 if that has not come yet.
 */
size_t http_request_end(const char *text, size_t len);

/**
 * http_request_parse - read the head of a request
 * @text: the head, up to and with its empty line; changed
 * @len: bytes of it
 * @request: filled, also where the request is refused
 *
 * Return: HTTP_OK, or the status to refuse it with.
 */
int http_request_parse(char *text, size_t len, struct http_request *request);

#endif
