// SPDX-License-Identifier: GPL-2.0
/* Two namespaces and connections between them, see ends_lab.h. */
#include "ends_lab.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_addr.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "link.h"
#include "netns.h"
#include "setting.h"

static const char *const side_names[] = { [A] = "A", [B] = "B" };

/**
 * lab_sh() - run a shell command in a namespace; failures end the test
 * @lab: of lab_make()
 * @side: where
 * @fmt: the command
 */
void lab_sh(const struct ends_lab *lab, enum side side, const char *fmt, ...)
{
	char command[1024];
	va_list args;
	int status;
	pid_t pid;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die_errno("fork");
	if (!pid) {
		netns_enter(lab->ns[side]);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("in %s: '%s' failed with status %#x", side_names[side],
		    command, status);
}

/**
 * lab_lose() - lose segments that come in
 * @lab: of lab_make()
 * @side: where they come in
 * @rule: which, one of LOSE_FIN and its like; added to those before
 */
void lab_lose(const struct ends_lab *lab, enum side side, const char *rule)
{
	lab_sh(lab, side,
	       "nft 'add table inet lab; add chain inet lab input { type filter hook input priority 0; }; add rule inet lab input %s'",
	       rule);
}

/**
 * lab_lose_nothing() - let all segments in again
 * @lab: of lab_make()
 * @side: where
 */
void lab_lose_nothing(const struct ends_lab *lab, enum side side)
{
	lab_sh(lab, side, "nft flush ruleset");
}

/**
 * lab_set() - set a sysctl of a namespace
 * @lab: of lab_make()
 * @side: where
 * @name: below /proc/sys/net
 * @value: text
 */
void lab_set(const struct ends_lab *lab, enum side side, const char *name,
	     const char *value)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	err = setting_write(lab->ns[side], path, value, strlen(value));
	if (err)
		die("cannot set %s to '%s': %s", path, value, strerror(-err));
}

/*
 * The kernel's shortest RTO, 200 ms, is nothing to a machine that is busy: a FIN
 * sent again finds its connection gone and is answered with a RST.
 */
#define RTO_MIN_MS	1000

static const char *const ipv4[] = { [A] = "10.9.0.1", [B] = "10.9.0.2" };
static const char *const ipv6[] = { [A] = "fd09::1", [B] = "fd09::2" };

static void join(const struct ends_lab *lab)
{
	const int here = netns_here();
	enum side side;

	netns_enter(lab->ns[A]);
	link_veth("v0", lab->ns[B]);
	for (side = A; side <= B; side++) {
		netns_enter(lab->ns[side]);
		link_address("v0", ipv4[side], 24, IFA_F_NOPREFIXROUTE);
		link_address("v0", ipv6[side], 64, IFA_F_NOPREFIXROUTE | IFA_F_NODAD);
		link_up("v0");
	}
	for (side = A; side <= B; side++) {
		netns_enter(lab->ns[side]);
		until(link_runs("v0") && link_is_solicited(ipv6[side]));
		link_route("v0", "10.9.0.0", 24, RTO_MIN_MS);
		link_route("v0", "fd09::", 64, RTO_MIN_MS);
	}
	netns_enter(here);
	close(here);
}

/**
 * lab_address() - where to find a namespace
 * @lab: of lab_make()
 * @side: which
 * @port: 0: none in particular
 * @ss: filled
 *
 * Return: the length of the address.
 */
socklen_t lab_address(const struct ends_lab *lab, enum side side, int port,
		      struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *v6 = (void *)ss;
	struct sockaddr_in *v4 = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = lab->family;
	if (lab->family == AF_INET) {
		inet_pton(AF_INET, ipv4[side], &v4->sin_addr);
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	inet_pton(AF_INET6, ipv6[side], &v6->sin6_addr);
	v6->sin6_port = htons(port);
	return sizeof(*v6);
}

/**
 * lab_socket() - a TCP socket
 * @lab: of lab_make()
 * @side: where
 */
int lab_socket(const struct ends_lab *lab, enum side side)
{
	int here = netns_here(), fd;

	netns_enter(lab->ns[side]);
	fd = socket(lab->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die_errno("socket");
	netns_enter(here);
	close(here);
	return fd;
}

/**
 * lab_bound_socket() - a TCP socket with an address
 * @lab: of lab_make()
 * @side: where
 * @port: its port
 */
int lab_bound_socket(const struct ends_lab *lab, enum side side, int port)
{
	int fd = lab_socket(lab, side);
	struct sockaddr_storage ss;
	socklen_t len = lab_address(lab, side, port, &ss);

	set_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (struct sockaddr *)&ss, len))
		die_errno("bind to %d", port);
	return fd;
}

/**
 * lab_try_connect() - connect to A
 * @lab: of lab_make()
 * @fd: a socket in B
 * @port: in A
 *
 * Return: 0, or an error number.
 */
int lab_try_connect(const struct ends_lab *lab, int fd, int port)
{
	struct sockaddr_storage ss;
	socklen_t len = lab_address(lab, A, port, &ss);

	return connect(fd, (struct sockaddr *)&ss, len) ? errno : 0;
}

/**
 * lab_accept() - accept the next connection
 * @lab: of lab_make()
 */
int lab_accept(const struct ends_lab *lab)
{
	int fd;

	wait_input(lab->listener);
	fd = accept4(lab->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		die_errno("accept");
	return fd;
}

/**
 * lab_connect() - a connection from B to A
 * @lab: of lab_make()
 * @fd: set to its sockets; fd[B] may be an unconnected socket in B, or 0
 */
void lab_connect(const struct ends_lab *lab, int fd[2])
{
	int err;

	if (!fd[B])
		fd[B] = lab_socket(lab, B);
	err = lab_try_connect(lab, fd[B], LAB_PORT);
	if (err)
		die("connect: %s", strerror(err));
	fd[A] = lab_accept(lab);
}

/**
 * lab_make() - make the namespaces, the link and the listener
 * @lab: filled, but for @before
 * @family: AF_INET or AF_INET6
 */
void lab_make(struct ends_lab *lab, int family)
{
	lab->family = family;
	lab->ns[A] = netns_new();
	lab->ns[B] = netns_new();
	join(lab);
	lab->listener = lab_bound_socket(lab, A, LAB_PORT);
	if (listen(lab->listener, 128))
		die_errno("listen");
}

/**
 * lab_look() - look at the counts; what changes does so from here on
 * @lab: of lab_make()
 */
void lab_look(struct ends_lab *lab)
{
	view_take(&lab->before[A], lab->ns[A]);
	view_take(&lab->before[B], lab->ns[B]);
}

/**
 * lab_change() - how much a count has changed since lab_look()
 * @lab: of lab_make()
 * @side: where
 * @name: a row, or one of the kernel's own
 */
int64_t lab_change(const struct ends_lab *lab, enum side side, const char *name)
{
	struct view now;

	view_take(&now, lab->ns[side]);
	return view_change(&lab->before[side], &now, name);
}

/*
 * Each FIN sent again is a segment sent again. Only such start TIME_WAIT again, and the
 * ACKs that answer them, where the sender is in TIME_WAIT, too: case_rearm_both().
 */
static void check_repeats(const struct ends_lab *lab)
{
	int64_t again = 0;
	enum side side;

	for (side = A; side <= B; side++) {
		const int64_t sent = lab_change(lab, side, "fin_retransmits");
		const int64_t segments = lab_change(lab, side, "TcpRetransSegs");

		check(sent <= segments, "%" PRId64 " FINs and %" PRId64 " segments sent again",
		      sent, segments);
		again += segments;
	}
	for (side = A; side <= B; side++) {
		const int64_t rearmed = lab_change(lab, side, "time_wait_rearmed");

		check(rearmed <= again, "TIME_WAIT started again %" PRId64 " times, after %"
		      PRId64 " segments sent again", rearmed, again);
	}
}

/**
 * lab_end() - end what is in TIME_WAIT; then this must have changed, all told
 * @lab: of lab_make()
 * @a: in A, as for view_differs()
 * @b: in B
 */
void lab_end(const struct ends_lab *lab, const char *a, const char *b)
{
	const int64_t began = now_ns();
	bool tell;

	do {
		tell = now_ns() > began + TIMEOUT_NS / 3;
		lab_set(lab, A, "tcp_closestat/time_wait_purge", "1");
		lab_set(lab, B, "tcp_closestat/time_wait_purge", "1");
		if (!(view_differs(&lab->before[A], lab->ns[A],
				   tell ? "A" : NULL, a) +
		      view_differs(&lab->before[B], lab->ns[B],
				   tell ? "B" : NULL, b))) {
			check_repeats(lab);
			return;
		}
		nap_since(began);
	} while (!tell);
	die("not what was expected");
}
