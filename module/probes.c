// SPDX-License-Identifier: GPL-2.0
/* The kernel's tracepoints that fire when connections close. */
#include "probes.h"

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "fault_inject.h"
#include "compat/hook.h"
#include "compat/tracepoint.h"
#include "classify.h"
#include "conn.h"
#include "handoff.h"
#include "pernet.h"
#include "recent.h"

static void on_retransmit(void *data, TCS_RETRANSMIT_ARGS)
{
	if (TCS_RETRANSMIT_ERR || !(TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN))
		return;
	tcs_add(tcs_net_of(sock_net(sk))->stats, TCS_COUNT_FIN_RETRANSMITS);
}

/*
 * Not in answer to a segment: of an application that is gone it is a timer that sends
 * one, and ends the socket next (tcp_out_of_resources()).
 */
static void note_reset(const struct sock *sk)
{
	if (sock_flag(sk, SOCK_DEAD) &&
	    tcs_closing_state(READ_ONCE(sk->sk_state)) != TCS_NOT_CLOSING)
		tcs_note_leave_anywhere(sk, TCS_NOTE_RST_SENT);
}

static void no_socket(const struct net *net, const struct sk_buff *skb)
{
	const struct tcs_net *tn = tcs_net_of(net);

	tcs_add(tn->stats, TCS_COUNT_RST_SENT_NO_SOCKET);
	if (skb)
		tcs_recent_add_refused(tn, skb);
}

/*
 * In answer to a segment that belongs to no connection. From 6.10 on this is
 * told where there is no socket at all; where only a listener was found, always.
 */
static void on_send_reset(void *data, TCS_SEND_RESET_ARGS)
{
	const struct net_device *dev;
	const struct net *net;

	if (TCS_FAULT_SLEEP)
		might_sleep();
	if (sk) {
		if (!skb && sk_fullsock(sk))
			note_reset(sk);
		if (READ_ONCE(sk->sk_state) != TCP_LISTEN)
			return;
		net = sock_net(sk);
	} else {
		if (!skb)
			return;
		dev = skb_dst(skb) ? skb_dst(skb)->dev : skb->dev;
		if (!dev)
			return;
		net = dev_net(dev);
	}
	no_socket(net, skb);
}

#ifndef TCS_HAVE_SEND_RESET_REASON

/*
 * What the kernel's parser takes for signed: tcp_parse_md5sig_option(); from 6.7 on
 * tcp_do_parse_auth_options(), for which TCP-AO (RFC 5925) and a wrong length will do as well.
 * What is shorter than that is not looked at.
 */
#ifdef TCPOPT_AO
#define MALFORMED_IS_SIGNED	true
#define LEAST_SIGNED		(IS_ENABLED(CONFIG_TCP_AO) ? 5 : TCPOLEN_MD5SIG)

static bool is_signature(const u8 *option)
{
	return *option == TCPOPT_MD5SIG || *option == TCPOPT_AO;
}
#else
#define MALFORMED_IS_SIGNED	false
#define LEAST_SIGNED		TCPOLEN_MD5SIG

static bool is_signature(const u8 *option)
{
	return *option == TCPOPT_MD5SIG && option[1] == TCPOLEN_MD5SIG;
}
#endif

/*
 * What is signed is answered where a listener has the key alone: without a socket most are not.
 * The header's options are in the linear part (tcp_v4_rcv()).
 */
static bool is_signed(const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const u8 *option = (const u8 *)(th + 1);
	const u8 *end = (const u8 *)th + th->doff * 4;

	if (!IS_ENABLED(CONFIG_TCP_MD5SIG) && !IS_ENABLED(CONFIG_TCP_AO))
		return false;
	while (end - option >= LEAST_SIGNED && *option != TCPOPT_EOL) {
		if (*option == TCPOPT_NOP) {
			option++;
			continue;
		}
		if (option[1] < 2 || option[1] > end - option)
			return MALFORMED_IS_SIGNED;
		if (is_signature(option))
			return true;
		option += option[1];
	}
	return false;
}

/*
 * Before that, the tracepoint is not reached without a socket: the function itself is hooked,
 * and what it looks at before it answers is looked at here.
 */
static bool is_answered(const struct sk_buff *skb)
{
	return !tcp_hdr(skb)->rst && !is_signed(skb);
}

static void notrace on_v4_reset(struct tcs_args *args, unsigned long caller)
{
	const struct sock *sk = (void *)tcs_arg(args, 0);
	const struct sk_buff *skb = (void *)tcs_arg(args, 1);

	if (!sk && is_answered(skb) && skb_rtable(skb)->rt_type == RTN_LOCAL)
		no_socket(dev_net(skb_dst(skb)->dev), skb);
}

static void notrace on_v6_reset(struct tcs_args *args, unsigned long caller)
{
	const struct sock *sk = (void *)tcs_arg(args, 0);
	const struct sk_buff *skb = (void *)tcs_arg(args, 1);

	if (!sk && is_answered(skb) && ipv6_unicast_destination(skb))
		no_socket(dev_net(skb_dst(skb)->dev), skb);
}

TCS_HOOK(v4_reset_hook, "tcp_v4_send_reset", "counting RSTs without a socket",
	 on_v4_reset);
TCS_HOOK(v6_reset_hook, "tcp_v6_send_reset", "counting RSTs without a socket",
	 on_v6_reset);

/* Where one is missing, these RSTs are not counted, as documented: no need for a word. */
static void hook_resets(void)
{
	tcs_hook_attach(&v4_reset_hook, false);
	tcs_hook_attach(&v6_reset_hook, false);
}

static void unhook_resets(void)
{
	tcs_hook_detach(&v6_reset_hook);
	tcs_hook_detach(&v4_reset_hook);
}

#else

static void hook_resets(void)
{
}

static void unhook_resets(void)
{
}

#endif

static struct tcs_tracepoint tracepoints[] = {
	{ .name = "inet_sock_set_state", .callback = tcs_conn_state },
	{ .name = "tcp_retransmit_skb", .callback = on_retransmit },
	{ .name = "tcp_send_reset", .callback = on_send_reset },
};

/**
 * tcs_probes_attach() - attach to the tracepoints
 *
 * Process context, sleeps.
 *
 * Return: 0, or an error; nothing is attached then.
 */
int tcs_probes_attach(void)
{
	int err;

	TCS_CHECK_TRACEPOINT(inet_sock_set_state, tcs_conn_state);
	TCS_CHECK_TRACEPOINT(tcp_retransmit_skb, on_retransmit);
	TCS_CHECK_TRACEPOINT(tcp_send_reset, on_send_reset);
	hook_resets();
	err = tcs_tracepoints_attach(tracepoints, ARRAY_SIZE(tracepoints));
	if (err)
		unhook_resets();
	return err;
}

/**
 * tcs_probes_detach() - detach from the tracepoints
 *
 * Process context, sleeps: when it returns, no callback runs any more.
 */
void tcs_probes_detach(void)
{
	tcs_tracepoints_detach(tracepoints, ARRAY_SIZE(tracepoints));
	unhook_resets();
}
