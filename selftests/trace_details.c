// SPDX-License-Identifier: GPL-2.0
/*
 * What the trace event tells of a connection beside how it ended: who closed it, whose it
 * was, how many bytes went each way, how long it lived and had been idle.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "actor.h"
#include "child.h"
#include "ends_fixture.h"
#include "told.h"

#define IDLE_MS		350
#define US_PER_MS	1000

/* A connection between the actor, in B, and the test, in A, that has been idle. */
struct scene {
	struct told told;
	struct actor actor;
	int fd;
	int64_t connected;	/* ns: not earlier than this */
	int64_t exchanged;	/* not earlier: the last bytes */
	int64_t silent;		/* not later: the last bytes */
	char line[TOLD_LINE];
};

static int unacked(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len))
		die_errno("TCP_INFO");
	return info.tcpi_unacked;
}

static void exchange(struct scene *s)
{
	char buf[ACTOR_SENDS] = {};

	actor_do(&s->actor, ACT_SEND);
	if (recv(s->fd, buf, ACTOR_SENDS, MSG_WAITALL) != ACTOR_SENDS)
		die_errno("receive");
	s->exchanged = now_ns();
	if (send(s->fd, buf, ACTOR_RECEIVES, MSG_NOSIGNAL) != ACTOR_RECEIVES)
		die_errno("send");
	actor_do(&s->actor, ACT_RECEIVE);
	/* What is sent again counts as data that went by. */
	until(!unacked(s->fd));
	s->silent = now_ns();
	nap_ms(IDLE_MS);
}

static void begin(struct scene *s, const struct ends_lab *lab, bool on)
{
	told_open(&s->told);
	told_switch(&s->told, on);
	actor_start(&s->actor, lab, B);
	s->connected = now_ns();
	if (actor_do(&s->actor, ACT_CONNECT))
		die("cannot connect");
	s->fd = lab_accept(lab);
	exchange(s);
}

static void end(struct scene *s)
{
	told_switch(&s->told, false);
	actor_end(&s->actor);
	told_close(&s->told);
}

static int64_t number(const struct scene *s, const char *name)
{
	return told_number(s->line, name);
}

static void tells(const struct scene *s, const char *name, int64_t value)
{
	check(number(s, name) == value, "%s: %lld, not %lld in '%s'", name,
	      (long long)number(s, name), (long long)value, s->line);
}

static void tells_comm(const struct scene *s, const char *comm)
{
	check(!strcmp(told_comm(s->line), comm), "not '%s' in '%s'", comm, s->line);
}

static void tells_actor(const struct scene *s)
{
	tells(s, "pid", s->actor.pid);
	tells_comm(s, ACTOR_NAME);
}

static void tells_us(const struct scene *s)
{
	tells(s, "pid", getpid());
	tells_comm(s, "trace_details");
}

static void tells_nobody(const struct scene *s)
{
	tells(s, "pid", 0);
	tells_comm(s, "");
}

/* Data went by between @exchanged and @silent, and the FIN a moment ago at the latest. */
static void tells_idle(const struct scene *s)
{
	const int64_t us = number(s, "idle_us"), tick = 2 * tick_ns() / 1000;

	check(us >= IDLE_MS * US_PER_MS - tick, "idle for %lld us", (long long)us);
	check(us <= (now_ns() - s->exchanged) / 1000 + tick, "idle for %lld us",
	      (long long)us);
}

static void tells_lifetime(const struct scene *s)
{
	const int64_t us = number(s, "lifetime_us");

	check(us >= IDLE_MS * US_PER_MS, "lived for %lld us", (long long)us);
	check(us <= (now_ns() - s->connected) / 1000, "lived for %lld us", (long long)us);
}

/* The actor's socket. */
static void tells_socket(const struct scene *s)
{
	tells(s, "uid", ACTOR_UID);
	tells(s, "cgroup", s->actor.cgroup);
	tells(s, "bytes_sent", ACTOR_SENDS);
	tells(s, "bytes_received", ACTOR_RECEIVES);
}

/* Our socket, which was made by the listener. */
static void tells_our_socket(const struct scene *s)
{
	struct stat st;

	if (stat(s->actor.dir, &st))
		die_errno("stat");
	tells(s, "uid", 0);
	tells(s, "cgroup", st.st_ino);
	tells(s, "bytes_sent", ACTOR_RECEIVES);
	tells(s, "bytes_received", ACTOR_SENDS);
	tells(s, "errno", 0);
}

static void tells_all(const struct scene *s)
{
	tells_actor(s);
	tells_socket(s);
	tells_idle(s);
	tells_lifetime(s);
	tells(s, "errno", 0);
}

END(closed_by_both)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, true);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_all(&s);
	told_wait(&s.told, lab->ns[A], "passive_fin", s.line);
	tells_us(&s);
	tells_our_socket(&s);
	tells_idle(&s);
	tells_lifetime(&s);
	end(&s);
}

/* FIN_WAIT2 is a timewait socket: the socket with all that is long gone at the end. */
END(fin_wait2_mini)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, true);
	actor_do(&s.actor, ACT_SHUTDOWN);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_all(&s);
	end(&s);
}

END(fin_wait2_expired)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "1");
	begin(&s, lab, true);
	actor_do(&s.actor, ACT_SHUTDOWN);
	actor_do(&s.actor, ACT_CLOSE);
	told_wait(&s.told, lab->ns[B], "fin_wait2_expired", s.line);
	tells_actor(&s);
	tells_socket(&s);
	tells_lifetime(&s);
	/* Its FIN is answered with a RST: we have closed all the same. */
	close(s.fd);
	told_wait(&s.told, lab->ns[A], "rst_received", s.line);
	tells_us(&s);
	tells_our_socket(&s);
	end(&s);
}

/* What the peer sends after our FIN counts. */
END(half_closed)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, true);
	actor_do(&s.actor, ACT_SHUTDOWN);
	send_text(s.fd, "late");
	until(!unacked(s.fd));
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_actor(&s);
	tells_idle(&s);
	tells(&s, "bytes_sent", ACTOR_SENDS);
	tells(&s, "bytes_received", ACTOR_RECEIVES + 4);
	end(&s);
}

END(peer_closes_first)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, true);
	close(s.fd);
	wait_change(lab, B, "close_wait", 1);
	actor_do(&s.actor, ACT_CLOSE);
	told_wait(&s.told, lab->ns[B], "passive_fin", s.line);
	tells_all(&s);
	end(&s);
}

END(peer_resets)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, true);
	set_linger0(s.fd);
	close(s.fd);
	told_wait(&s.told, lab->ns[A], "rst_sent", s.line);
	tells_us(&s);
	tells_our_socket(&s);
	tells_idle(&s);
	tells_lifetime(&s);
	told_wait(&s.told, lab->ns[B], "rst_received", s.line);
	tells_nobody(&s);
	tells_socket(&s);
	tells_idle(&s);
	tells_lifetime(&s);
	tells(&s, "errno", 0);
	end(&s);
}

/* Data that come for what we have closed: no process has sent this RST, one has closed. */
END(data_after_close)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, true);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	send_text(s.fd, "late");
	told_wait(&s.told, lab->ns[B], "rst_sent", s.line);
	tells_all(&s);
	end(&s);
}

/* By who destroyed it. */
END(destroyed)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, true);
	lab_sh(lab, B, "ss -K -t state established >/dev/null");
	told_wait(&s.told, lab->ns[B], "rst_sent", s.line);
	check(number(&s, "pid") > s.actor.pid, "'%s'", s.line);
	tells_comm(&s, "ss");
	tells_socket(&s);
	tells_idle(&s);
	tells_lifetime(&s);
	end(&s);
}

static void fails(struct scene *s, const struct ends_lab *lab, enum act act, int err)
{
	int64_t us;

	told_open(&s->told);
	told_switch(&s->told, true);
	actor_start(&s->actor, lab, B);
	s->connected = now_ns();
	check(actor_do(&s->actor, act) == err, "another error");
	told_wait(&s->told, lab->ns[B], "connect_failed", s->line);
	us = number(s, "lifetime_us");
	check(us >= 0 && us <= (now_ns() - s->connected) / 1000, "%lld us", (long long)us);
	tells_actor(s);
	tells(s, "uid", ACTOR_UID);
	tells(s, "cgroup", s->actor.cgroup);
	tells(s, "bytes_sent", 0);
	tells(s, "bytes_received", 0);
	tells(s, "idle_us", -1);
	tells(s, "errno", err);
	end(s);
}

END(refused)
{
	struct scene s;

	fails(&s, &self->lab, ACT_CONNECT_CLOSED, ECONNREFUSED);
}

END(timed_out)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	lab_set(lab, B, "ipv4/tcp_syn_retries", "1");
	lab_lose(lab, A, LOSE_ALL);
	fails(&s, lab, ACT_CONNECT, ETIMEDOUT);
}

END(no_port_left)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};
	struct scene s;

	lab_set(lab, B, "ipv4/ip_local_port_range", "40000 40000");
	lab_connect(lab, fd);
	fails(&s, lab, ACT_CONNECT, EADDRNOTAVAIL);
}

/* The socket still knows most. */
END(switched_on_while_established)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, false);
	told_switch(&s.told, true);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_actor(&s);
	tells_socket(&s);
	tells_idle(&s);
	tells(&s, "lifetime_us", -1);
	end(&s);
}

/* A timewait socket knows nothing of all that. */
END(switched_on_in_fin_wait2)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, false);
	actor_do(&s.actor, ACT_SHUTDOWN);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	told_switch(&s.told, true);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_nobody(&s);
	tells(&s, "uid", -1);
	tells(&s, "cgroup", 0);
	tells(&s, "bytes_sent", -1);
	tells(&s, "bytes_received", -1);
	tells(&s, "lifetime_us", -1);
	tells(&s, "idle_us", -1);
	told_wait(&s.told, lab->ns[A], "passive_fin", s.line);
	tells_us(&s);
	tells_our_socket(&s);
	tells(&s, "lifetime_us", -1);
	tells(&s, "idle_us", -1);
	end(&s);
}

/* Switched off and on again, the event knows nothing from before. */
END(switched_off_and_on)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	begin(&s, lab, true);
	told_switch(&s.told, false);
	told_switch(&s.told, true);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_actor(&s);
	tells_socket(&s);
	tells(&s, "lifetime_us", -1);
	end(&s);
}

/*
 * Switched on and off beside traffic: what is told is so, or is not known, but never
 * another connection's.
 */
static void traffic(const struct ends_lab *lab)
{
	int fd[2], i;

	for (i = 0; ; i++) {
		fd[B] = 0;
		lab_connect(lab, fd);
		if (i % 2) {
			send_text(fd[B], "odd");
			expect_text(fd[A], "odd");
		}
		if (i % 3)
			set_linger0(fd[B]);
		close(fd[B]);
		close(fd[A]);
	}
}

static void expect_likely(const char *line, pid_t pid)
{
	const int64_t told_pid = told_number(line, "pid");
	const int64_t life = told_number(line, "lifetime_us");
	const int64_t idle = told_number(line, "idle_us");
	const int64_t sum = told_number(line, "bytes_sent") +
			    told_number(line, "bytes_received");

	check(told_pid == pid || told_pid == 0, "%s", line);
	check(!strcmp(told_comm(line), told_pid ? "trace_details" : ""), "%s", line);
	check(sum == 0 || sum == 3 || sum == -2, "%s", line);
	/* No connection of the test's lasts a second. */
	check(life >= -1 && life < 5000000, "%s", line);
	check(idle >= -1 && idle < 5000000, "%s", line);
}

END(switched_beside_traffic)
{
	const struct ends_lab *lab = &self->lab;
	const int64_t until_ns = now_ns() + 4 * NS_PER_S;
	char line[TOLD_LINE];
	struct told told;
	unsigned int n = 0;
	bool on = false;
	pid_t pid;

	pid = child_fork();
	if (!pid)
		traffic(lab);
	told_open(&told);
	while (now_ns() < until_ns || n < 20) {
		told_switch(&told, on = !on);
		nap_ms(5);
		while (told_next(&told, line)) {
			expect_likely(line, pid);
			n++;
		}
		if (now_ns() > until_ns + TIMEOUT_NS)
			die("only %u ends were told", n);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	told_switch(&told, false);
	told_close(&told);
}

/* The kernel takes the event away after the module has detached from everything. */
END(unloaded_while_on)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;
	int fd[2] = {};
	pid_t pid;

	begin(&s, lab, true);
	pid = child_fork();
	if (!pid)
		traffic(lab);
	lab_connect(lab, fd);
	until(!module_unload());
	actor_do(&s.actor, ACT_CLOSE);
	close(s.fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	actor_end(&s.actor);
	told_close(&s.told);
	check(!module_load(), "it cannot be loaded again");
}

TEST_HARNESS_MAIN
