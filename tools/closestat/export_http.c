// SPDX-License-Identifier: GPL-2.0
#include "export_http.h"

#include "export_render.h"
#include "http_request.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"
#include "gzip.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 8192
/* For everything; for the request; for what the client has sent beyond it. */
#define SECONDS_MAX 10
#define REQUEST_US (5 * US_PER_S)
#define DRAIN_US US_PER_S

static const char text_type[] = "text/plain; version=0.0.4; charset=utf-8";
static const char openmetrics_type[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";

static void end_now(int signal)
{
	(void)signal;
	_exit(EXIT_OK);
}

/* Reads what is there, waiting for it until the deadline; 0 at the end, and if nothing came. */
static size_t read_some(char *buf, size_t size, u64 deadline)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	u64 now = monotonic_us();
	ssize_t n;

	if (now >= deadline || poll(&in, 1, (deadline - now) / US_PER_MS + 1) <= 0)
		return 0;
	n = read(STDIN_FILENO, buf, size);
	return n > 0 ? n : 0;
}

/* The status of the request that comes, 0 if none came and there is nobody to answer. */
static int read_request(struct http_request *request)
{
	u64 deadline = monotonic_us() + REQUEST_US;
	char buf[REQUEST_MAX];
	size_t used = 0, n, head;

	*request = (struct http_request){ 0 };
	while ((n = read_some(buf + used, sizeof(buf) - used, deadline))) {
		used += n;
		head = http_request_end(buf, used);
		if (head)
			return http_request_parse(buf, head, request);
		if (used == sizeof(buf))
			return HTTP_TOO_LARGE;
	}
	if (monotonic_us() >= deadline)
		return HTTP_TIMEOUT;
	return used ? HTTP_BAD_REQUEST : 0;
}

static const char *reason_of(int status)
{
	switch (status) {
	case HTTP_OK:
		return "OK";
	case HTTP_BAD_REQUEST:
		return "Bad Request";
	case HTTP_NOT_FOUND:
		return "Not Found";
	case HTTP_METHOD:
		return "Method Not Allowed";
	case HTTP_TIMEOUT:
		return "Request Timeout";
	case HTTP_TOO_LARGE:
		return "Request Header Fields Too Large";
	case HTTP_VERSION:
		return "HTTP Version Not Supported";
	default:
		return "Service Unavailable";
	}
}

/*
 * What is still unread when a socket is closed makes TCP reset the connection, which may take the
 * answer with it: say that this is the end, and read until the client says so, too, or says
 * nothing.
 */
static void drain(void)
{
	char buf[REQUEST_MAX];

	fflush(stdout);
	if (shutdown(STDOUT_FILENO, SHUT_WR))
		return;
	while (read_some(buf, sizeof(buf), monotonic_us() + DRAIN_US))
		;
}

static void send_head(int status, const char *type, size_t len, bool gzip)
{
	printf("HTTP/1.1 %d %s\r\n"
	       "Content-Type: %s\r\n"
	       "Content-Length: %zu\r\n"
	       "Connection: close\r\n"
	       "X-Content-Type-Options: nosniff\r\n", status, reason_of(status), type, len);
	if (status == HTTP_METHOD)
		fputs("Allow: GET, HEAD\r\n", stdout);
	if (status == HTTP_OK)
		fputs("Vary: Accept, Accept-Encoding\r\n", stdout);
	if (gzip)
		fputs("Content-Encoding: gzip\r\n", stdout);
	fputs("\r\n", stdout);
}

static void refuse(int status, const struct http_request *request)
{
	char body[128];
	int len;

	len = snprintf(body, sizeof(body), "%s\n%s", reason_of(status),
		       status == HTTP_NOT_FOUND ? "The page is " HTTP_PAGE ".\n" : "");
	send_head(status, "text/plain; charset=utf-8", len, false);
	if (!request->head)
		fputs(body, stdout);
	drain();
}

/* The metrics as one text. */
static int render(bool all, bool openmetrics, char **text, size_t *len)
{
	struct export_data *data;
	FILE *to;
	int ret;

	ret = export_read(&data, all);
	if (ret)
		return ret;
	to = open_memstream(text, len);
	ret = to ? export_write(data, to, openmetrics) : EXIT_FAILED;
	if (to && fclose(to))
		ret = EXIT_FAILED;
	export_free(data);
	return ret ? msg_error("out of memory") : EXIT_OK;
}

static int answer(bool all, const struct http_request *request)
{
	size_t len, packed_len;
	char *text, *packed = NULL;
	int ret;

	ret = render(all, request->openmetrics, &text, &len);
	if (ret) {
		refuse(HTTP_UNAVAILABLE, request);
		return ret;
	}
	if (request->gzip)
		packed = gzip_pack(text, len, &packed_len);
	send_head(HTTP_OK, request->openmetrics ? openmetrics_type : text_type,
		  packed ? packed_len : len, packed);
	if (!request->head)
		fwrite(packed ? : text, 1, packed ? packed_len : len, stdout);
	drain();
	free(packed);
	free(text);
	return EXIT_OK;
}

int export_http(bool all)
{
	struct http_request request;
	int status;

	/* Whatever waits, for the client or for the kernel, does not wait longer. */
	signal(SIGALRM, end_now);
	alarm(SECONDS_MAX);
	signal(SIGPIPE, SIG_IGN);
	status = read_request(&request);
	if (status == HTTP_OK)
		return answer(all, &request);
	if (status)
		refuse(status, &request);
	return EXIT_OK;
}
