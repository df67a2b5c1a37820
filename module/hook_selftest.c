// SPDX-License-Identifier: GPL-2.0
/*
 * The self-test that the hooks are in the path of this kernel.
 *
 * A hook that attaches without error may never run: the function may have been
 * inlined where it matters. So three real connections are made over the loopback
 * of the initial namespace, one that is reset, two that go the whole way through
 * FIN_WAIT2 and TIME_WAIT, one until its timer expires, one until it is purged; and every
 * hook has to be seen. It is over before counting starts, so that the module's own
 * connections are in no row.
 *
 * Where the loopback is not up yet (module loaded early in boot) the self-test waits
 * for it.
 */
#include "hook_selftest.h"

#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat/inet_twsk.h"
#include "hooks.h"
#include "purge.h"

/* While the self-test runs: the port of its listener, on 127.0.0.1 of the initial netns. */
u16 tcs_hook_selftest_port;

static bool seen[TCS_N_HOOKS];

static bool is_ours(const struct sock_common *skc, u16 port)
{
	return net_eq(read_pnet(&skc->skc_net), &init_net) &&
	       skc->skc_family == AF_INET &&
	       skc->skc_daddr == htonl(INADDR_LOOPBACK) &&
	       (ntohs(skc->skc_dport) == port || skc->skc_num == port);
}

/**
 * tcs_hook_saw() - a hook ran while the self-test does
 * @id: which
 * @skc: the socket or timewait socket that it ran for
 *
 * Any context but NMI.
 */
void tcs_hook_saw(enum tcs_hook_id id, const struct sock_common *skc)
{
	const u16 port = READ_ONCE(tcs_hook_selftest_port);

	if (!port || !is_ours(skc, port))
		return;
	WRITE_ONCE(seen[id], true);
}

static bool is_our_time_wait(const struct inet_timewait_sock *tw)
{
	return is_ours(&tw->__tw_common, READ_ONCE(tcs_hook_selftest_port));
}

static int tcp_socket(struct socket **sock)
{
	return sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
				sock);
}

static int listen_on_loopback(struct socket **listener, struct sockaddr_in *at)
{
	int err;

	*at = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	err = tcp_socket(listener);
	if (err)
		return err;
	/* void *: the argument's type changed in 6.19 */
	err = kernel_bind(*listener, (void *)at, sizeof(*at));
	if (!err)
		err = kernel_listen(*listener, 2);
	if (!err) {
		err = kernel_getsockname(*listener, (struct sockaddr *)at);
		err = err < 0 ? err : 0;
	}
	if (err)
		sock_release(*listener);
	return err;
}

/*
 * Nothing of it is left, whatever its state: a kernel socket has no timers once it is
 * released (tcp_close(), since 6.9 and in stable kernels). One that still waited for an
 * ACK then would wait forever.
 */
static void drop(struct socket *sock)
{
	sock_no_linger(sock->sk);
	sock_release(sock);
}

/* Anybody in the namespace may connect to the listener. */
static bool are_joined(const struct socket *client, const struct socket *server)
{
	return inet_sk(client->sk)->inet_sport == inet_sk(server->sk)->inet_dport &&
	       inet_sk(server->sk)->inet_daddr == htonl(INADDR_LOOPBACK);
}

/* Both ends of an established connection. */
static int connection(struct socket *listener, struct sockaddr_in *to,
		      struct socket **client, struct socket **server)
{
	int err;

	err = tcp_socket(client);
	if (err)
		return err;
	/* A filtered loopback must not hold up the load. */
	(*client)->sk->sk_sndtimeo = HZ / 2;
	listener->sk->sk_rcvtimeo = HZ / 2;
	err = kernel_connect(*client, (void *)to, sizeof(*to), 0);
	if (!err)
		err = kernel_accept(listener, server, 0);
	if (!err && !are_joined(*client, *server)) {
		drop(*server);
		err = -EADDRINUSE;
	}
	if (err)
		drop(*client);
	return err;
}

static bool wait_for_state(const struct socket *sock, int state)
{
	const unsigned long end = jiffies + HZ;

	/* Nothing to sleep on that a tracepoint would not have to be set for. */
	while (inet_sk_state_load(sock->sk) != state) {
		if (time_after(jiffies, end))
			return false;
		schedule_timeout_uninterruptible(1);
	}
	return true;
}

/* The peer's FIN is at the server: read it, and have it acknowledged now. */
static void acknowledge_fin(struct socket *server)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	char byte;
	struct kvec vec = { .iov_base = &byte, .iov_len = sizeof(byte) };

	kernel_recvmsg(server, &msg, &vec, 1, sizeof(byte), MSG_DONTWAIT);
	tcp_sock_set_quickack(server->sk, 1);
}

/*
 * The client becomes a timewait socket in FIN_WAIT2, which the server's FIN makes a TIME_WAIT.
 * Either is released where it has nothing to send again.
 */
static int close_by_fin(struct socket *listener, struct sockaddr_in *to)
{
	struct socket *client, *server;
	int err;

	err = connection(listener, to, &client, &server);
	if (err)
		return err;
	/* tcp_fin_timeout above 60 s would keep FIN_WAIT2 a full socket. */
	lock_sock(client->sk);
	tcp_sk(client->sk)->linger2 = 10 * HZ;
	release_sock(client->sk);
	kernel_sock_shutdown(client, SHUT_WR);
	if (wait_for_state(server, TCP_CLOSE_WAIT))
		acknowledge_fin(server);
	if (!wait_for_state(client, TCP_FIN_WAIT2)) {
		drop(client);
		drop(server);
		return -ETIMEDOUT;
	}
	sock_release(client);
	kernel_sock_shutdown(server, SHUT_WR);
	if (!wait_for_state(server, TCP_CLOSE))
		err = -ETIMEDOUT;
	drop(server);
	return err;
}

static int close_by_rst(struct socket *listener, struct sockaddr_in *to)
{
	struct socket *client, *server;
	int err;

	err = connection(listener, to, &client, &server);
	if (err)
		return err;
	drop(server);
	if (!wait_for_state(client, TCP_CLOSE))
		err = -ETIMEDOUT;
	drop(client);
	return err;
}

/* Its timer expires now in place of in a minute. */
static int expire_time_wait(void)
{
	const unsigned long end = jiffies + HZ;
	struct inet_timewait_sock *tw;
	unsigned int slot = 0;
	int err = 0;

	tw = tcs_time_wait_next(&init_net, is_our_time_wait, &slot);
	if (!tw)
		return -ENOBUFS;
	mod_timer_pending(&tw->tw_timer, jiffies);
	/* Until the reference is the only one: inet_twsk_kill() drops the others, at its end. */
	while (refcount_read(&tw->tw_refcnt) > 1) {
		if (time_after(jiffies, end)) {
			err = -ETIMEDOUT;
			break;
		}
		schedule_timeout_uninterruptible(1);
	}
	inet_twsk_put(tw);
	return err;
}

/* inet_twsk_kill() may be inlined in one of its callers, the timer's handler or the other. */
static int end_by_both(struct socket *listener, struct sockaddr_in *at)
{
	bool by_timer;
	int n;

	n = close_by_fin(listener, at) ?: expire_time_wait();
	if (n)
		return n;
	by_timer = READ_ONCE(seen[TCS_HOOK_KILL]);
	WRITE_ONCE(seen[TCS_HOOK_KILL], false);
	n = close_by_fin(listener, at);
	if (!n)
		n = tcs_purge(&init_net, is_our_time_wait) ?: -ENOBUFS;
	if (!by_timer)
		WRITE_ONCE(seen[TCS_HOOK_KILL], false);
	return min(n, 0);
}

/*
 * Every hook has had a reason to run at the end of this, if it returns 0: there were
 * TIME_WAITs. There is none when tcp_max_tw_buckets is reached.
 */
static int exercise(struct socket *listener, struct sockaddr_in *at)
{
	return close_by_rst(listener, at) ?: end_by_both(listener, at);
}

static void run_selftest(void)
{
	struct socket *listener;
	struct sockaddr_in at;
	int err;

	err = listen_on_loopback(&listener, &at);
	if (err)
		goto out;
	WRITE_ONCE(tcs_hook_selftest_port, ntohs(at.sin_port));
	err = exercise(listener, &at);
	WRITE_ONCE(tcs_hook_selftest_port, 0);
	if (!err)
		tcs_hooks_tested(seen);
	sock_release(listener);
out:
	if (err)
		pr_info_once("hooks not proven: no connection could be closed over the loopback of the initial namespace (%d)\n",
			     err);
}

static void selftest_work(struct work_struct *work)
{
	if (!tcs_hooks_are_tested())
		run_selftest();
}

static DECLARE_WORK(late_selftest, selftest_work);

static int on_netdevice(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (event == NETDEV_UP && dev == init_net.loopback_dev)
		schedule_work(&late_selftest);
	return NOTIFY_DONE;
}

static struct notifier_block netdevice_notifier = {
	.notifier_call = on_netdevice,
};

/**
 * tcs_hook_selftest_init() - test the hooks, now or when the loopback comes up
 *
 * Process context, sleeps.
 *
 * Return: 0, or an error of register_netdevice_notifier().
 */
int tcs_hook_selftest_init(void)
{
	if (!tcs_hooks_are_tested() && init_net.loopback_dev->flags & IFF_UP)
		run_selftest();
	/* It is called for devices that are up already, too. */
	return register_netdevice_notifier(&netdevice_notifier);
}

/**
 * tcs_hook_selftest_exit() - stop waiting for the loopback
 *
 * Process context, sleeps.
 */
void tcs_hook_selftest_exit(void)
{
	unregister_netdevice_notifier(&netdevice_notifier);
	cancel_work_sync(&late_selftest);
}
