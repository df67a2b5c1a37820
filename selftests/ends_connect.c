// SPDX-License-Identifier: GPL-2.0
/* Connections that never come to be: what each side counts, exactly. */
#include <fcntl.h>
#include <netinet/tcp.h>

#include "ends_fixture.h"
#include "netns.h"

#define FAILED(cause)	"connect_failed_" cause "=1 TcpAttemptFails=1"

static void expect(int err, int wanted)
{
	if (err != wanted)
		die("connect: %s, not %s", strerror(err), strerror(wanted));
}

/* A connect under way, to a side that does not answer. */
static int connecting(const struct ends_lab *lab)
{
	int fd = lab_socket(lab, B);

	lab_lose(lab, A, LOSE_ALL);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	expect(lab_try_connect(lab, fd, LAB_PORT), EINPROGRESS);
	return fd;
}

/* Bytes of options in a segment of send_syn(), as many as there can be */
#define N_OPTIONS	40

/* The sum of RFC 9293, 3.1; what both addresses of a family have in common makes no matter. */
static uint16_t checksum_of(const struct ends_lab *lab, const void *segment, size_t len)
{
	const size_t at = lab->family == AF_INET ? 4 : 8, n = lab->family == AF_INET ? 4 : 16;
	uint32_t sum = htons(IPPROTO_TCP) + htons(len);
	struct sockaddr_storage ss;
	enum side side;
	uint16_t word;
	size_t i;

	for (side = A; side <= B; side++) {
		lab_address(lab, side, 0, &ss);
		for (i = 0; i < n; i += 2) {
			memcpy(&word, (char *)&ss + at + i, 2);
			sum += word;
		}
	}
	for (i = 0; i < len; i += 2) {
		memcpy(&word, (const char *)segment + i, 2);
		sum += word;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* A SYN from B to @port of A, with these @options, which no socket of B has sent. */
static void send_syn(const struct ends_lab *lab, int port, const unsigned char *options)
{
	struct {
		struct tcphdr th;
		unsigned char options[N_OPTIONS];
	} segment = {
		.th = {
			.th_sport = htons(LAB_PORT), .th_dport = htons(port),
			.th_off = sizeof(segment) / 4, .th_flags = TH_SYN,
			.th_win = htons(1024),
		},
	};
	const int here = netns_here();
	struct sockaddr_storage ss;
	socklen_t len = lab_address(lab, A, 0, &ss);
	int fd;

	memcpy(segment.options, options, N_OPTIONS);
	segment.th.th_sum = checksum_of(lab, &segment, sizeof(segment));
	netns_enter(lab->ns[B]);
	fd = socket(lab->family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
	if (sendto(fd, &segment, sizeof(segment), 0, (struct sockaddr *)&ss, len) < 0)
		die_errno("sendto");
	close(fd);
	netns_enter(here);
	close(here);
}

END(refused)
{
	const struct ends_lab *lab = &self->lab;

	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT + 1), ECONNREFUSED);
	lab_end(lab, "rst_sent_no_socket=1 TcpOutRsts=1", FAILED("refused"));
}

END(refused_by_icmp)
{
	const struct ends_lab *lab = &self->lab;

	lab_lose(lab, A, "meta l4proto tcp reject with icmpx type port-unreachable");
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT), ECONNREFUSED);
	lab_end(lab, "", FAILED("refused"));
}

END(unreachable)
{
	const struct ends_lab *lab = &self->lab;
	int err;

	lab_lose(lab, A, REFUSE_ALL);
	err = lab_try_connect(lab, lab_socket(lab, B), LAB_PORT);
	expect(err, lab->family == AF_INET ? EHOSTUNREACH : EACCES);
	lab_end(lab, "", FAILED("unreachable"));
}

/* Nobody says where A is. */
END(no_neighbour)
{
	const struct ends_lab *lab = &self->lab;

	lab_sh(lab, A, "ip addr flush dev v0");
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT), EHOSTUNREACH);
	lab_end(lab, "", FAILED("unreachable"));
}

/* A host that knows no TCP. There is no such message in IPv6. */
END(no_such_protocol)
{
	const struct ends_lab *lab = &self->lab;

	if (lab->family != AF_INET)
		return;
	lab_lose(lab, A, "meta nfproto ipv4 meta l4proto tcp reject with icmp type prot-unreachable");
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT), ENOPROTOOPT);
	lab_end(lab, "", FAILED("other"));
}

END(timed_out)
{
	const struct ends_lab *lab = &self->lab;

	lab_set(lab, B, "ipv4/tcp_syn_retries", "1");
	lab_lose(lab, A, LOSE_ALL);
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT), ETIMEDOUT);
	lab_end(lab, "", FAILED("timeout") " TcpExtTCPAbortOnTimeout=1");
}

END(no_port_left)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/ip_local_port_range", "40000 40000");
	lab_connect(lab, fd);
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT), EADDRNOTAVAIL);
	lab_end(lab, "TcpCurrEstab=1", "connect_failed_no_port=1 TcpCurrEstab=1");
}

/* The port that was asked for is in use, between the same two. */
END(port_in_use)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	fd[B] = lab_bound_socket(lab, B, 40000);
	lab_connect(lab, fd);
	expect(lab_try_connect(lab, lab_bound_socket(lab, B, 40000), LAB_PORT),
	       EADDRNOTAVAIL);
	lab_end(lab, "TcpCurrEstab=1", "connect_failed_no_port=1 TcpCurrEstab=1");
}

/* The same with a port that bind() chose, which is not locked. */
END(chosen_port_in_use)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {}, later = lab_bound_socket(lab, B, 0);
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(later, (struct sockaddr *)&ss, &len))
		die_errno("getsockname");
	fd[B] = lab_bound_socket(lab, B, ntohs(((struct sockaddr_in *)&ss)->sin_port));
	lab_connect(lab, fd);
	expect(lab_try_connect(lab, later, LAB_PORT), EADDRNOTAVAIL);
	lab_end(lab, "TcpCurrEstab=1", "connect_failed_no_port=1 TcpCurrEstab=1");
}

/*
 * The port is found, and then a rule forbids it (ip_route_newports()); IPv6 asks before. The errno
 * is in no socket.
 */
END(port_forbidden)
{
	const struct ends_lab *lab = &self->lab;

	if (lab->family != AF_INET)
		return;
	if (system("ip rule show >/dev/null 2>&1"))
		SKIP(return, "this kernel has no rules for routes");
	lab_set(lab, B, "ipv4/ip_local_port_range", "40000 40000");
	lab_sh(lab, B, "ip rule add ipproto 6 sport 40000 prohibit");
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT), EACCES);
	lab_end(lab, "", "connect_failed_other=1");
}

/*
 * A SYN that is signed (RFC 2385) is answered with a RST only where somebody listens who has the
 * key, as a BGP daemon that was stopped has not.
 */
END(signed_and_nobody_listens)
{
	const struct ends_lab *lab = &self->lab;
	struct tcp_md5sig key = { .tcpm_keylen = 4, .tcpm_key = "key" };
	const int fd = lab_socket(lab, B);

	lab_address(lab, A, LAB_PORT + 1, (void *)&key.tcpm_addr);
	if (setsockopt(fd, SOL_TCP, TCP_MD5SIG, &key, sizeof(key))) {
		check(errno == ENOPROTOOPT, "%d", errno);
		return;
	}
	lab_set(lab, B, "ipv4/tcp_syn_retries", "1");
	expect(lab_try_connect(lab, fd, LAB_PORT + 1), ETIMEDOUT);
	lab_end(lab, "", FAILED("timeout") " TcpExtTCPAbortOnTimeout=1");
}

/*
 * What only looks signed: by a kind of signature that not all kernels know (RFC 5925), of a length
 * that cannot be, cut off. Which of them are answered is the kernel's affair, that each answer
 * is counted is not. The two without any are answered by all.
 */
END(seems_signed_and_nobody_listens)
{
	static const unsigned char options[][N_OPTIONS] = {
		{ 29, 16, 1, 1 },
		{ 19, 10 },
		{ 1, 19, 18 },
		{ 19, 18 },
		{ 29, 4 },
		{ 1, 1, 1, 29, 17 },
		{ 19, 1 },
		{ 19, 40 },
		{ 3, 0, 19, 18 },
		{},
	};
	const struct ends_lab *lab = &self->lab;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		send_syn(lab, LAB_PORT + 1, options[i]);
	/* It comes behind them. */
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT + 1), ECONNREFUSED);
	check(lab_change(lab, A, "TcpOutRsts") >= 2, "%ld answered",
	      lab_change(lab, A, "TcpOutRsts"));
	check(lab_change(lab, A, "rst_sent_no_socket") == lab_change(lab, A, "TcpOutRsts"),
	      "%ld counted, %ld answered", lab_change(lab, A, "rst_sent_no_socket"),
	      lab_change(lab, A, "TcpOutRsts"));
}

/* A socket that had a port once. */
END(no_port_left_again)
{
	const struct sockaddr sa = { .sa_family = AF_UNSPEC };
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {}, later[2] = {};

	lab_set(lab, B, "ipv4/ip_local_port_range", "40000 40000");
	lab_connect(lab, fd);
	send_text(fd[B], "some data");
	expect_text(fd[A], "some data");
	if (connect(fd[B], &sa, sizeof(sa)))
		die_errno("disconnect");
	lab_connect(lab, later);
	expect(lab_try_connect(lab, fd[B], LAB_PORT), EADDRNOTAVAIL);
	expect(lab_try_connect(lab, fd[B], LAB_PORT), EADDRNOTAVAIL);
	lab_end(lab, "ended_rst_received=1 TcpEstabResets=1 TcpCurrEstab=1",
		"rst_sent_other=1 TcpOutRsts=1 TcpEstabResets=1 connect_failed_no_port=2 TcpCurrEstab=1");
}

/* Without a route the socket does not even begin. */
END(no_route)
{
	const struct ends_lab *lab = &self->lab;

	lab_sh(lab, B, "ip link set v0 down");
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT), ENETUNREACH);
	lab_end(lab, "", "");
}

END(route_of_unreachable)
{
	const struct ends_lab *lab = &self->lab;

	lab_sh(lab, B, lab->family == AF_INET ? "ip route add unreachable 10.9.0.1" :
						"ip route add unreachable fd09::1");
	expect(lab_try_connect(lab, lab_socket(lab, B), LAB_PORT), EHOSTUNREACH);
	lab_end(lab, "", "");
}

/* Nothing failed where we changed our mind. */
END(abandoned)
{
	const struct ends_lab *lab = &self->lab;

	close(connecting(lab));
	lab_end(lab, "", "ended_other=1");
}

END(abandoned_with_linger0)
{
	const struct ends_lab *lab = &self->lab;
	int fd = connecting(lab);

	set_linger0(fd);
	close(fd);
	lab_end(lab, "", "ended_other=1 TcpExtTCPAbortOnData=1");
}

END(shut_down)
{
	const struct ends_lab *lab = &self->lab;

	shutdown(connecting(lab), SHUT_RDWR);
	lab_end(lab, "", "ended_other=1");
}

END(disconnected)
{
	const struct ends_lab *lab = &self->lab;
	const struct sockaddr sa = { .sa_family = AF_UNSPEC };

	if (connect(connecting(lab), &sa, sizeof(sa)))
		die_errno("disconnect");
	lab_end(lab, "", "ended_other=1");
}

TEST_HARNESS_MAIN
