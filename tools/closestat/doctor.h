/* SPDX-License-Identifier: GPL-2.0 */
/* doctor's evidence and its findings. */
#ifndef CLOSESTAT_DOCTOR_H
#define CLOSESTAT_DOCTOR_H

#include "ct_stat.h"
#include "ends.h"
#include "lib/util.h"
#include "options.h"
#include "owners.h"
#include "rst_watch.h"
#include "sock_ages.h"
#include "snapshot.h"
#include "sockdiag.h"

#include <stdbool.h>
#include <stddef.h>

/* Exit code of a doctor that could not look. */
#define EXIT_BLIND 2

/* How bad a finding is; they are sorted by it. */
enum grade {
	HARM_EARLIER,	/* history, no finding */
	HARM_NONE,	/* worth a word, no finding */
	HARM_RISK,	/* nothing fails yet */
	HARM_STUCK,	/* something stays that should not */
	HARM_FAILS,	/* connections fail or lose data */
};

struct finding {
	const char *check;	/* what was looked for, one word */
	const char *why;	/* why it matters */
	char *seen;		/* what was seen; allocated, as is the next */
	char *command;		/* what to do about it */
	enum grade harm;
};

/* One network namespace. While the checks run, the thread is in it. */
struct doctor {
	char *name;			/* what people call it, "" for the own one */
	char *where;			/* "-N NETNS " for commands of ours, or "" */
	char *enter;			/* "ip netns exec NETNS " for those of others, or "" */
	u64 inode;
	u64 began_us;			/* when before was read, monotonic clock */
	u64 ended_us;			/* when now was; UINT64_MAX: not yet */
	u64 latest_us;			/* of its latest event */
	bool traced;			/* if there are strays: every end since is known */
	double seconds;			/* how long it watched; 0 for gauges only */
	struct snapshot before;
	struct snapshot now;
	struct socks first;		/* that close, without TIME_WAIT: before */
	struct socks last;		/* the same now */
	struct socks listened;		/* listeners before */
	struct socks listeners;
	struct closing_ages ages;	/* of last */
	struct owners owners;		/* of last and of listeners */
	struct rst_watch rsts;		/* SYNs refused meanwhile */
	const struct ends *ends;	/* between before and now, of all namespaces */
	struct ends past;		/* what the module has kept: before */
	struct ends lately;		/* and meanwhile */
	struct ends undecided;		/* while counts were read, or later */
	unsigned int low_port;		/* connect() takes its ports from there */
	unsigned int high_port;		/* up to there */
	u64 time_wait_ms;		/* the setting */
	u64 length_ms;			/* what TIME_WAIT has by it */
	struct ct_drops ct_drops;	/* by connection tracking: before */
	char *sockstat;			/* /proc/net/sockstat, now; NULL if it is not there */
	char *sockstat6;		/* the same of sockets of IPv6, which it leaves out */
	struct finding *findings;
	size_t n_findings;
};

/**
 * doctor_find - note a finding
 * @doctor: whose
 * @harm: how bad it is
 * @check: what was looked for, one word
 * @why: why it matters
 * @seen: what was seen, as from doctor_text(); taken over, as is the next
 * @command: what to do about it
 *
 * Ends the program with an error if memory runs out.
 */
void doctor_find(struct doctor *doctor, enum grade harm, const char *check, const char *why,
		 char *seen, char *command);

/**
 * doctor_text - make a string for doctor_find()
 * @format: as for printf
 *
 * Return: the string; never NULL.
 */
char *doctor_text(const char *format, ...) __printf(1, 2);

/**
 * doctor_report - print the findings, the worst first
 * @options: in which format
 * @doctors: of each namespace
 * @n: how many
 *
 * Return: EXIT_OK, or EXIT_FAILED with a message if they could not be written.
 */
int doctor_report(const struct options *options, struct doctor *doctors, size_t n);

/**
 * doctor_free_findings - release the findings
 * @doctor: whose
 */
void doctor_free_findings(struct doctor *doctor);

/**
 * doctor_rose - by how much a counter of the module rose while doctor watched
 * @doctor: whose
 * @row: its name
 *
 * Return: the number, 0 for one that the module does not have.
 */
u64 doctor_rose(const struct doctor *doctor, const char *row);

/**
 * doctor_total - a counter of the module, or a gauge
 * @doctor: whose
 * @row: its name
 *
 * Return: its value now, 0 for one that the module does not have.
 */
u64 doctor_total(const struct doctor *doctor, const char *row);

/**
 * doctor_kernel - a counter of the kernel's own, TcpExt of /proc/net/netstat
 * @doctor: whose
 * @name: its name
 * @rose: set to by how much it rose while doctor watched; may be NULL
 *
 * Return: its value now.
 */
u64 doctor_kernel(const struct doctor *doctor, const char *name, u64 *rose);

/**
 * doctor_sockstat - a number of /proc/net/sockstat about TCP, now
 * @doctor: whose
 * @word: "inuse": sockets that are not in TIME_WAIT; "orphan" and "mem" are those of the host
 *
 * Return: the number, 0 if it is not there.
 */
u64 doctor_sockstat(const struct doctor *doctor, const char *word);

/**
 * doctor_out_rsts - by how many the RSTs that the kernel sent (OutRsts) rose while doctor watched
 * @doctor: whose
 */
u64 doctor_out_rsts(const struct doctor *doctor);

/**
 * doctor_listens - whether a port is listened on, whoever does
 * @doctor: whose
 * @port: the port
 */
bool doctor_listens(const struct doctor *doctor, u16 port);

/**
 * doctor_is_node - whether this is a node of Kubernetes: its kubelet listens on each
 * @doctor: whose
 */
bool doctor_is_node(const struct doctor *doctor);

/**
 * doctor_listener - the program that listens on a port; of several, the one with most to accept
 * @doctor: whose
 * @port: the port
 *
 * Return: its entry, NULL if none does or it may not be looked into.
 */
const struct owner *doctor_listener(const struct doctor *doctor, u16 port);

/**
 * doctor_holder - tell the process that holds a socket
 * @inode: of the socket; 0: none does
 * @before: what is put before it, as " of "
 *
 * Return: " of nginx/12"; "" for none, or one that may not be looked into; to be freed.
 */
char *doctor_holder(u32 inode, const char *before);

/**
 * doctor_no_files - tell whether a process has about all files open that it may
 * @pid: of the process
 * @limit: set to how many it may (RLIMIT_NOFILE)
 *
 * From 95 % of the limit on: what comes and goes may just have left it a few.
 *
 * Return: how many it has open; 0 if there is room, or it may not be looked into.
 */
u64 doctor_no_files(int pid, u64 *limit);

/**
 * doctor_idle - tell for how long nothing had gone either way
 * @idle_us: that long
 * @least_us: if less, nothing is told; not 0
 *
 * Return: ", idle for 2 s before", or ""; to be freed.
 */
char *doctor_idle(u64 idle_us, u64 least_us);

/**
 * doctor_listening - tell who listens here, a few of them
 * @doctor: whose
 *
 * Return: "nginx/12 on port 80, sshd/7 on port 22"; "" for none; to be freed.
 */
char *doctor_listening(const struct doctor *doctor);

/**
 * doctor_dropping - tell which listeners dropped SYNs or connections, those that did most first
 * @doctor: whose
 * @now: while doctor watched; else before
 *
 * Return: "dropped by nginx/12 on port 80, backlog 5: 12"; where none has, "listening here: " and
 * what doctor_listening() tells; to be freed.
 */
char *doctor_dropping(const struct doctor *doctor, bool now);

/**
 * doctor_serves - whether a connection is a server's, by its ports
 * @netns: the namespace's inode
 * @sport: the port here
 * @dport: the peer's
 * @data: the doctor
 *
 * For ends_add().
 */
bool doctor_serves(u64 netns, u16 sport, u16 dport, void *data);

/* A kind of ends that are reported: a row of the module, what it means and what to do. */
struct judged {
	const char *row;
	const char *how;	/* of the event; NULL: told by no event */
	const char *cause;	/* what is counted, where no event tells */
	const char *unless;	/* a row that tells more: where there is that one, not this */
	enum grade harm;
	const char *seen;	/* what follows "3 of 5 connections" */
	const char *why;
	const char *remedy;	/* a command, or what to change in the program */
	bool (*want)(const struct end_group *group);	/* which of how and cause; NULL: all */
	bool idle;		/* for how long nothing had gone either way tells something */
	bool here;		/* the remedy is a command for this namespace; PEER: one of them */
	bool named;		/* told only of ends whose peer is known */
};

/* Of those of one row the last is told of what the others have left of it. */
extern const struct judged doctor_judged[];
extern const size_t doctor_n_judged;

/**
 * doctor_tell_now - a finding of connections that ended while doctor watched
 * @doctor: whose
 * @kind: which
 * @n: how many
 */
void doctor_tell_now(struct doctor *doctor, const struct judged *kind, u64 n);

/**
 * doctor_tell_earlier - the history of a kind
 * @doctor: whose
 * @kind: which
 * @n: how many before doctor watched
 */
void doctor_tell_earlier(struct doctor *doctor, const struct judged *kind, u64 n);

/**
 * doctor_ends_described - tell which ends there were of a kind, those that count most first
 * @doctor: whose
 * @ends: of these
 * @how: as in the rows ended_*
 * @cause: as in the rows rst_sent_*, NULL for any
 * @want: which of these, NULL for all
 *
 * Return: "5 on port 443 of nginx/12 with 10.0.0.1", "" if none was traced; to be freed.
 */
char *doctor_ends_described(const struct doctor *doctor, const struct ends *ends, const char *how,
			    const char *cause, bool (*want)(const struct end_group *group));

/* Of a limit: near it, what it may be raised to at most. */
#define LIMIT_NEAR_PERCENT 90
#define LIMIT_MAX 0x7fffffffULL

/**
 * doctor_ct_drops - what connection tracking dropped, in the namespace the thread is in
 *
 * Return: packets so far, 0 where there is none.
 */
struct ct_drops doctor_ct_drops(void);

/**
 * doctor_more_memory - what helps where TCP is out of memory
 * @doctor: whose
 *
 * Return: a command with larger limits, or words where there is no more memory; to be freed.
 */
char *doctor_more_memory(const struct doctor *doctor);

/**
 * doctor_queue_resets - how many handshakes were reset since a listen queue was full
 * @doctor: whose
 * @now: while doctor watched; else before
 *
 * Return: the number, 0 without tcp_abort_on_overflow.
 */
u64 doctor_queue_resets(const struct doctor *doctor, bool now);

/**
 * doctor_strays - tell of RSTs to peers that have a connection which is none here
 * @doctor: whose
 * @sent: how many RSTs were sent meanwhile to segments that matched no socket, less those to SYNs
 *
 * Return: how many of them are told of.
 */
u64 doctor_strays(struct doctor *doctor, u64 sent);

/* "s" after all numbers but one. */
static inline const char *plural(u64 n)
{
	return n == 1 ? "" : "s";
}

/*
 * The checks. Each returns EXIT_OK, also where it has found something, or EXIT_FAILED after it said
 * on stderr what keeps it from looking.
 *
 * doctor_ports	ports for outgoing connections
 * doctor_stuck	sockets that stay in a closing state
 * doctor_ends	connections that ended as they should not
 * doctor_unanswered	requests that were not answered
 * doctor_connecting	connect()s, and handshakes of a server, that wait for an answer
 * doctor_silent	open connections whose peer no longer answers
 * doctor_refused	RSTs to segments that belong to no connection
 * doctor_orphans	orphans, and what is reset for want of memory
 * doctor_memory	the memory of TCP
 * doctor_limits	TIME_WAIT buckets, listen queues
 * doctor_conntrack	connection tracking that is full, or drops what clashes
 * doctor_settings	settings that do not go together
 */
int doctor_ports(struct doctor *doctor);
int doctor_stuck(struct doctor *doctor);
int doctor_ends(struct doctor *doctor);
int doctor_unanswered(struct doctor *doctor);
int doctor_connecting(struct doctor *doctor);
int doctor_silent(struct doctor *doctor);
int doctor_refused(struct doctor *doctor);
int doctor_orphans(struct doctor *doctor);
int doctor_memory(struct doctor *doctor);
int doctor_limits(struct doctor *doctor);
int doctor_conntrack(struct doctor *doctor);
int doctor_settings(struct doctor *doctor);

#endif
