// SPDX-License-Identifier: GPL-2.0
/* A connection whose trace event is looked at, see scene.h. */
#include "scene.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "ends_sock.h"
#include "fail.h"
#include "kernel_can.h"

#define IDLE_MS		350
#define US_PER_MS	1000

static void exchange(struct scene *s)
{
	char buf[ACTOR_SENDS] = {};

	actor_do(&s->actor, ACT_SEND);
	if (recv(s->fd, buf, ACTOR_SENDS, MSG_WAITALL) != ACTOR_SENDS)
		die_errno("receive");
	s->exchanged = ticked_ns();
	if (send(s->fd, buf, ACTOR_RECEIVES, MSG_NOSIGNAL) != ACTOR_RECEIVES)
		die_errno("send");
	actor_do(&s->actor, ACT_RECEIVE);
	/* Retransmitted data counts as data that went by. */
	until(!unacked(s->fd));
	s->silent = now_ns();
	nap_ms(IDLE_MS);
}

/**
 * scene_begin() - a connection between the actor, in B, and the caller, in A
 * @s: filled; to be ended by scene_end()
 * @lab: with its listener
 * @on: whether the event is on while it begins
 *
 * Bytes have gone each way, and then nothing for IDLE_MS.
 */
void scene_begin(struct scene *s, const struct ends_lab *lab, bool on)
{
	told_open(&s->told);
	told_switch(&s->told, on);
	actor_start(&s->actor, lab, B);
	s->connected = now_ns();
	if (actor_do(&s->actor, ACT_CONNECT))
		die("cannot connect");
	s->fd = lab_accept(lab);
	s->diag = diag_open(lab->ns[B]);
	tuple_of_peer(&s->end, s->fd);
	exchange(s);
}

/**
 * scene_end() - the actor goes, and the listening ends
 * @s: of scene_begin()
 */
void scene_end(struct scene *s)
{
	told_switch(&s->told, false);
	actor_end(&s->actor);
	told_close(&s->told);
	close(s->diag);
}

/**
 * scene_wait_gone() - until the kernel does not find the actor's socket any more
 * @s: with the end of that told
 *
 * The end of a timewait socket is told before it leaves its chain (inet_twsk_kill(),
 * net/ipv4/inet_timewait_sock.c); until then a segment still meets it.
 */
void scene_wait_gone(const struct scene *s)
{
	until(!diag_state(s->diag, &s->end));
}

/**
 * scene_number() - a number of the event that was told last
 * @s: with that in its line
 * @name: of the field
 */
int64_t scene_number(const struct scene *s, const char *name)
{
	return told_number(s->line, name);
}

/**
 * tells() - a field of the event has to have this value
 * @s: with the event in its line
 * @name: of the field
 * @value: of it
 */
void tells(const struct scene *s, const char *name, int64_t value)
{
	check(scene_number(s, name) == value, "%s: %lld, not %lld in '%s'", name,
	      (long long)scene_number(s, name), (long long)value, s->line);
}

/** tells_comm() - the event names this program */
void tells_comm(const struct scene *s, const char *comm)
{
	check(!strcmp(told_comm(s->line), comm), "not '%s' in '%s'", comm, s->line);
}

/** tells_actor() - it was the actor who closed */
void tells_actor(const struct scene *s)
{
	tells(s, "pid", s->actor.pid);
	tells_comm(s, ACTOR_NAME);
}

/** tells_us() - it was this process who closed */
void tells_us(const struct scene *s)
{
	tells(s, "pid", getpid());
	tells_comm(s, program_invocation_short_name);
}

/** tells_nobody() - no process has closed */
void tells_nobody(const struct scene *s)
{
	tells(s, "pid", 0);
	tells_comm(s, "");
}

/**
 * tells_idle() - how long nothing went by
 * @s: with the event in its line
 *
 * Data went by between @exchanged and @silent, and the FIN a moment ago at the latest.
 */
void tells_idle(const struct scene *s)
{
	const int64_t us = scene_number(s, "idle_us"), tick = 2 * tick_ns() / 1000;

	check(us >= IDLE_MS * US_PER_MS - tick, "idle for %lld us", (long long)us);
	check(us <= (now_ns() - s->exchanged) / 1000 + tick, "idle for %lld us",
	      (long long)us);
}

/** tells_lifetime() - how long it lived, by this clock */
void tells_lifetime(const struct scene *s)
{
	const int64_t us = scene_number(s, "lifetime_us");

	check(us >= IDLE_MS * US_PER_MS, "lived for %lld us", (long long)us);
	check(us <= (now_ns() - s->connected) / 1000, "lived for %lld us", (long long)us);
}

/** tells_cgroup() - the socket was of this cgroup, if the kernel keeps that */
void tells_cgroup(const struct scene *s, uint64_t id)
{
	tells(s, "cgroup", kernel_keeps_cgroups() ? id : 0);
}

/** tells_socket() - it was the actor's socket */
void tells_socket(const struct scene *s)
{
	tells(s, "uid", ACTOR_UID);
	tells_cgroup(s, s->actor.cgroup);
	tells(s, "bytes_sent", ACTOR_SENDS);
	tells(s, "bytes_received", ACTOR_RECEIVES);
}

/** tells_our_socket() - it was our socket, which the listener made */
void tells_our_socket(const struct scene *s)
{
	struct stat st;

	if (stat(s->actor.dir, &st))
		die_errno("stat");
	tells(s, "uid", 0);
	tells_cgroup(s, st.st_ino);
	tells(s, "bytes_sent", ACTOR_RECEIVES);
	tells(s, "bytes_received", ACTOR_SENDS);
	tells(s, "errno", 0);
}

/** tells_all() - all that is known of what the actor closed */
void tells_all(const struct scene *s)
{
	tells_actor(s);
	tells_socket(s);
	tells_idle(s);
	tells_lifetime(s);
	tells(s, "errno", 0);
}
