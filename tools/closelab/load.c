// SPDX-License-Identifier: GPL-2.0
#include "load.h"

#include "lib/clock.h"
#include "lib/netns.h"
#include "lib/util.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char text[] = "GET / HTTP/1.0\r\n\r\n";

void load_begin(struct load *load)
{
	for (int i = 0; i < LOAD_MOST; i++)
		load->request[i].fd = -1;
	load->begun = 0;
	load->start = monotonic_us();
}

static struct second *second_of(struct load *load, unsigned int number)
{
	return &load->second[number / load->rate];
}

static struct load_request *free_slot(struct load *load)
{
	for (int i = 0; i < LOAD_MOST; i++)
		if (load->request[i].fd < 0)
			return &load->request[i];
	return NULL;
}

static void answered(struct load *load, const struct load_request *request)
{
	struct load_sum *sum = load->sum;

	second_of(load, request->number)->answered++;
	sum->answered++;
	sum->answer_us += monotonic_us() - request->begun;
	if (!load->turn || sum->answered % load->turn)
		return;
	sum->last_us = request->begun;
	if (!sum->turns++)
		sum->first_us = request->begun;
}

static void failed(struct load *load, unsigned int number, bool refused)
{
	second_of(load, number)->failed++;
	if (refused)
		load->sum->refused++;
	else
		load->sum->lost++;
}

/* "HTTP/1.1 200", whatever the version */
static bool got(const struct load_request *request, const char *status)
{
	return request->len == sizeof(request->status) &&
	       !memcmp(request->status + 9, status, 3);
}

static void over(struct load *load, struct load_request *request)
{
	if (got(request, "200"))
		answered(load, request);
	else
		failed(load, request->number,
		       got(request, "502") || got(request, "503"));
	if (request->fd >= 0)
		close(request->fd);
	request->fd = -1;
}

/* The caller is in the client's namespace. */
static void begin_one(struct load *load)
{
	struct load_request *request = free_slot(load);
	unsigned int number = load->begun++;
	u64 late = monotonic_us() - load->start - (u64)number * 1000000 / load->rate;

	if (late > load->sum->late_us)
		load->sum->late_us = late;
	if (!request) {
		failed(load, number, false);
		return;
	}
	memset(request, 0, sizeof(*request));
	request->number = number;
	request->begun = monotonic_us();
	request->fd = socket(load->to.sa.sa_family, SOCK_STREAM |
			     SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (request->fd < 0 ||
	    (connect(request->fd, &load->to.sa, addr_len(&load->to)) &&
	     errno != EINPROGRESS))
		over(load, request);
}

/* All whose time has come. */
static int begin_due(struct load *load)
{
	u64 gone = monotonic_us() - load->start;
	u64 due = gone * load->rate / 1000000 + 1;
	int err;

	if (due > (u64)load->rate * load->seconds)
		due = (u64)load->rate * load->seconds;
	if (load->begun >= due)
		return 0;
	err = netns_enter(load->ns);
	while (!err && load->begun < due)
		begin_one(load);
	return netns_enter(-1) ?: err;
}

static void go_on(struct load *load, struct load_request *request)
{
	char buf[1024];
	ssize_t n;

	if (!request->sent) {
		request->sent = true;
		if (send(request->fd, text, sizeof(text) - 1, MSG_NOSIGNAL) < 0)
			over(load, request);
		return;
	}
	n = recv(request->fd, buf, sizeof(buf), 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		over(load, request);
		return;
	}
	for (ssize_t i = 0; i < n && request->len < sizeof(request->status); i++)
		request->status[request->len++] = buf[i];
}

/* Those that have waited for too long have failed. */
static void give_up(struct load *load)
{
	u64 now = monotonic_us();

	for (int i = 0; i < LOAD_MOST; i++) {
		struct load_request *request = &load->request[i];

		if (request->fd >= 0 && load->timeout_us &&
		    now - request->begun >= load->timeout_us)
			over(load, request);
	}
}

/* Until when nothing is due, but for what comes. */
static u64 wake_up(const struct load *load, u64 until)
{
	u64 next = load->start + (u64)load->begun * 1000000 / load->rate;

	if (load->begun < load->rate * load->seconds && next < until)
		until = next;
	for (int i = 0; i < LOAD_MOST && load->timeout_us; i++) {
		const struct load_request *request = &load->request[i];

		if (request->fd >= 0 &&
		    request->begun + load->timeout_us < until)
			until = request->begun + load->timeout_us;
	}
	return until;
}

int load_run(struct load *load, u64 until)
{
	u64 now;

	while ((now = monotonic_us()) < until) {
		struct pollfd fds[LOAD_MOST];
		int err = begin_due(load);
		u64 wake = wake_up(load, until);

		if (err)
			return err;
		for (int i = 0; i < LOAD_MOST; i++)
			fds[i] = (struct pollfd){
				.fd = load->request[i].fd,
				.events = load->request[i].sent ? POLLIN :
								  POLLOUT,
			};
		poll(fds, LOAD_MOST, wake > now ? (wake - now) / 1000 + 1 : 0);
		for (int i = 0; i < LOAD_MOST; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				go_on(load, &load->request[i]);
		give_up(load);
	}
	return 0;
}

bool load_under_way(const struct load *load)
{
	for (int i = 0; i < LOAD_MOST; i++)
		if (load->request[i].fd >= 0)
			return true;
	return false;
}

void load_end(struct load *load)
{
	for (int i = 0; i < LOAD_MOST; i++)
		if (load->request[i].fd >= 0)
			over(load, &load->request[i]);
}
