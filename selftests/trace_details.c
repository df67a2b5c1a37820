// SPDX-License-Identifier: GPL-2.0
/*
 * What the trace event says about a connection beside how it ended: who closed it, whose it
 * was, how many bytes went each way, how long it lived and had been idle.
 */
#include <fcntl.h>

#include "ends_fixture.h"
#include "scene.h"

END(closed_by_both)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, true);
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
	until(!row_now(lab->ns[A], "records"));
	scene_end(&s);
}

/* FIN_WAIT2 is a timewait socket: the socket with all that is long gone at the end. */
END(fin_wait2_twsk)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, true);
	actor_do(&s.actor, ACT_SHUTDOWN);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_all(&s);
	scene_end(&s);
}

END(fin_wait2_expired)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "1");
	scene_begin(&s, lab, true);
	actor_do(&s.actor, ACT_SHUTDOWN);
	actor_do(&s.actor, ACT_CLOSE);
	told_wait(&s.told, lab->ns[B], "fin_wait2_expired", s.line);
	tells_actor(&s);
	tells_socket(&s);
	tells_lifetime(&s);
	/* Its FIN is answered with a RST then: we have closed all the same. */
	scene_wait_gone(&s);
	close(s.fd);
	told_wait(&s.told, lab->ns[A], "rst_received", s.line);
	tells_us(&s);
	tells_our_socket(&s);
	scene_end(&s);
}

/* Data that the peer sends after our FIN counts. */
END(half_closed)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, true);
	actor_do(&s.actor, ACT_SHUTDOWN);
	send_text(s.fd, "late");
	until(!unacked(s.fd));
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_actor(&s);
	tells_idle(&s);
	tells(&s, "bytes_sent", ACTOR_SENDS);
	tells(&s, "bytes_received", ACTOR_RECEIVES + 4);
	scene_end(&s);
}

END(peer_closes_first)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, true);
	close(s.fd);
	wait_change(lab, B, "close_wait", 1);
	actor_do(&s.actor, ACT_CLOSE);
	told_wait(&s.told, lab->ns[B], "passive_fin", s.line);
	tells_all(&s);
	scene_end(&s);
}

END(peer_resets)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, true);
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
	scene_end(&s);
}

/* Data that come for what we have closed: no process has sent this RST, one has closed. */
END(data_after_close)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, true);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	send_text(s.fd, "late");
	told_wait(&s.told, lab->ns[B], "rst_sent", s.line);
	tells_all(&s);
	scene_end(&s);
}

/* By who destroyed it. */
END(destroyed)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, true);
	lab_sh(lab, B, "ss -K -t state established >/dev/null");
	told_wait(&s.told, lab->ns[B], "rst_sent", s.line);
	check(scene_number(&s, "pid") > s.actor.pid, "'%s'", s.line);
	tells_comm(&s, "ss");
	tells_socket(&s);
	tells_idle(&s);
	tells_lifetime(&s);
	scene_end(&s);
}

/* Nothing is sent for a connect() that is given up, but there is a process that gave it up. */
END(destroyed_in_syn_sent)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s = {};
	int fd;

	told_open(&s.told);
	told_switch(&s.told, true);
	fd = lab_socket(lab, B);
	lab_lose(lab, A, LOSE_ALL);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	lab_try_connect(lab, fd, LAB_PORT);
	lab_sh(lab, B, "ss -K -t state syn-sent >/dev/null");
	told_wait(&s.told, lab->ns[B], "other", s.line);
	check(scene_number(&s, "pid") != getpid(), "'%s'", s.line);
	tells_comm(&s, "ss");
	told_switch(&s.told, false);
	told_close(&s.told);
	close(fd);
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
	us = scene_number(s, "lifetime_us");
	check(us >= 0 && us <= (now_ns() - s->connected) / 1000, "%lld us", (long long)us);
	tells_actor(s);
	tells(s, "uid", ACTOR_UID);
	tells_cgroup(s, s->actor.cgroup);
	tells(s, "bytes_sent", 0);
	tells(s, "bytes_received", 0);
	tells(s, "idle_us", -1);
	tells(s, "errno", err);
	scene_end(s);
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

TEST_HARNESS_MAIN
