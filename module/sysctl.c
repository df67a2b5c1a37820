// SPDX-License-Identifier: GPL-2.0
/*
 * The sysctls of a namespace: net.tcp_closestat.* and net.ipv4.tcp_tw_timeout.
 *
 * proc_douintvec_minmax() takes "12 monkeys" for 12 and drops what is written at
 * an offset; here a write is one number within its range, or EINVAL and nothing
 * changes.
 */
#include "sysctl.h"

#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "compat/net_sysctl.h"
#include "compat/tw_timeout.h"
#include "hooks.h"
#include "pernet.h"
#include "policy.h"
#include "purge.h"
#include "tw_length.h"

/* The longest number that can be in range, its sign and white space included. */
#define TCS_MAX_INPUT 32

/*
 * parse() - what was written
 * @buffer: the bytes, no NUL at their end
 * @len: how many
 * @pos: file offset
 *
 * Decimal, or hexadecimal and octal with their prefixes, as every sysctl.
 *
 * Return: 0, or -EINVAL.
 */
static int parse(const char *buffer, size_t len, loff_t pos, unsigned int *val)
{
	char input[TCS_MAX_INPUT + 1];

	if (pos || !len || len > TCS_MAX_INPUT || memchr(buffer, '\0', len))
		return -EINVAL;
	memcpy(input, buffer, len);
	input[len] = '\0';
	/* -ERANGE is what kstrtouint() says of 2^64. */
	return kstrtouint(strim(input), 0, val) ? -EINVAL : 0;
}

/* Copies out what is left at the offset, however small the reader's buffer. */
static void emit(unsigned int val, char *buffer, size_t *lenp, loff_t *ppos)
{
	char output[TCS_MAX_INPUT];
	const size_t len = scnprintf(output, sizeof(output), "%u\n", val);
	size_t n = 0;

	if (*ppos < len) {
		n = min_t(size_t, *lenp, len - *ppos);
		memcpy(buffer, output + *ppos, n);
		*ppos += n;
	}
	*lenp = n;
}

/* Of the table that was registered, .extra1 is the namespace. */
static struct tcs_net *owner(tcs_ctl_table *table)
{
	return table->extra1;
}

/*
 * The permission bits let a root without capabilities through: it owns the
 * file. This asks for what the manual says.
 */
static int may_write(tcs_ctl_table *table)
{
	return ns_capable(owner(table)->net->user_ns, CAP_NET_ADMIN) ? 0 :
								       -EPERM;
}

static int get_write(tcs_ctl_table *table, const char *buffer, size_t len,
		     loff_t *ppos, unsigned int min, unsigned int max,
		     unsigned int *val)
{
	int err;

	err = may_write(table) ?: parse(buffer, len, *ppos, val);
	if (err)
		return err;
	if (*val < min || *val > max)
		return -EINVAL;
	*ppos += len;
	return 0;
}

/* A number from 0 to .extra2, kept in .data. */
static int do_number(tcs_ctl_table *table, int write, void *buffer,
		     size_t *lenp, loff_t *ppos)
{
	unsigned int *data = table->data;
	unsigned int val;
	int err;

	if (!write) {
		emit(READ_ONCE(*data), buffer, lenp, ppos);
		return 0;
	}
	err = get_write(table, buffer, *lenp, ppos, 0,
			*(const unsigned int *)table->extra2, &val);
	if (!err)
		WRITE_ONCE(*data, val);
	return err;
}

/* A length that was written and is in range. */
static int set_length(unsigned int *data, unsigned int ms)
{
	if (tcs_hooks_verdict() == TCS_IMPOSSIBLE)
		return -EOPNOTSUPP;
	if (ms != TCS_KERNEL_TIME_WAIT_MS)
		tcs_length_set_tuned();
	WRITE_ONCE(*data, ms);
	return 0;
}

static int do_time_wait_ms(tcs_ctl_table *table, int write, void *buffer,
			   size_t *lenp, loff_t *ppos)
{
	unsigned int val;
	int err;

	if (!write)
		return do_number(table, write, buffer, lenp, ppos);
	err = get_write(table, buffer, *lenp, ppos, 0, TCS_TIME_WAIT_MS_MAX,
			&val);
	return err ?: set_length(table->data, val);
}

static int do_purge(tcs_ctl_table *table, int write, void *buffer,
		    size_t *lenp, loff_t *ppos)
{
	unsigned int val;
	int err;

	if (!write) {
		*lenp = 0;
		return 0;
	}
	err = get_write(table, buffer, *lenp, ppos, 1, 1, &val);
	if (!err)
		err = tcs_purge(owner(table)->net, NULL);
	return min(err, 0);
}

static const unsigned int one = 1;

/* .data becomes the field of the namespace, .extra1 the namespace itself. */
enum {
	CTL_TIME_WAIT_MS,
	CTL_TIME_WAIT_GUARD,
	CTL_TIME_WAIT_PURGE,
	CTL_HISTOGRAMS,
	CTL_INHERIT,		/* the last one: not in every namespace */
	N_CTL,
};

static const struct ctl_table ctl_template[N_CTL + 1] = {
	[CTL_TIME_WAIT_MS] = {
		.procname = "time_wait_ms",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = do_time_wait_ms,
	},
	[CTL_TIME_WAIT_GUARD] = {
		.procname = "time_wait_guard",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = do_number,
		.extra2 = (void *)&one,
	},
	[CTL_TIME_WAIT_PURGE] = {
		.procname = "time_wait_purge",
		.maxlen = sizeof(unsigned int),
		.mode = 0200,
		.proc_handler = do_purge,
	},
	[CTL_HISTOGRAMS] = {
		.procname = "histograms",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = do_number,
		.extra2 = (void *)&one,
	},
	[CTL_INHERIT] = {
		.procname = "inherit",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = do_number,
		.extra2 = (void *)&one,
	},
};

static void unregister_one(struct tcs_sysctl *ctl)
{
	if (ctl->header)
		unregister_net_sysctl_table(ctl->header);
	kfree(ctl->table);
	ctl->header = NULL;
	ctl->table = NULL;
}

#ifdef TCS_HAVE_TW_TIMEOUT

static int register_alias(struct net *net, struct tcs_net *tn)
{
	return 0;
}

#else

/* The same in seconds. What is no whole second reads as the next one. */
static int do_tw_timeout(tcs_ctl_table *table, int write, void *buffer,
			 size_t *lenp, loff_t *ppos)
{
	unsigned int *data = table->data;
	unsigned int val;
	int err;

	if (!write) {
		emit(DIV_ROUND_UP(READ_ONCE(*data), MSEC_PER_SEC), buffer,
		     lenp, ppos);
		return 0;
	}
	err = get_write(table, buffer, *lenp, ppos, 1,
			TCS_TIME_WAIT_MS_MAX / MSEC_PER_SEC, &val);
	return err ?: set_length(data, val * MSEC_PER_SEC);
}

static const struct ctl_table alias_template[2] = {
	{
		.procname = "tcp_tw_timeout",
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = do_tw_timeout,
	},
};

static int register_alias(struct net *net, struct tcs_net *tn)
{
	/* Never where it may be taken: to fail here empties the directory. */
	if (!tcs_tw_timeout_is_free())
		return 0;
	tn->alias.table = kmemdup(alias_template, sizeof(alias_template),
				  GFP_KERNEL_ACCOUNT);
	if (!tn->alias.table)
		return -ENOMEM;
	tn->alias.table[0].data = &tn->time_wait_ms;
	tn->alias.table[0].extra1 = tn;
	tn->alias.header = tcs_register_net_sysctl(net, "net/ipv4",
						   tn->alias.table, 1);
	if (tn->alias.header)
		return 0;
	unregister_one(&tn->alias);
	return -ENOMEM;
}

#endif

static int __net_init init_one(struct net *net)
{
	struct tcs_net *tn = tcs_net(net);
	struct ctl_table *t;
	size_t n;
	int err;

	t = kmemdup(ctl_template, sizeof(ctl_template), GFP_KERNEL_ACCOUNT);
	if (!t)
		return -ENOMEM;
	t[CTL_TIME_WAIT_MS].data = &tn->time_wait_ms;
	t[CTL_TIME_WAIT_GUARD].data = &tn->time_wait_guard;
	t[CTL_TIME_WAIT_PURGE].data = &tn->time_wait_purge;
	t[CTL_HISTOGRAMS].data = &tn->histograms;
	t[CTL_INHERIT].data = &tn->inherit;
	for (n = 0; n < N_CTL; n++)
		t[n].extra1 = tn;
	if (!net_eq(net, &init_net))
		memset(&t[--n], 0, sizeof(t[0]));

	tn->ctl.table = t;
	tn->ctl.header = tcs_register_net_sysctl(net, "net/tcp_closestat", t, n);
	if (!tn->ctl.header) {
		unregister_one(&tn->ctl);
		return -ENOMEM;
	}
	err = register_alias(net, tn);
	if (err)
		unregister_one(&tn->ctl);
	return err;
}

static void __net_exit exit_one(struct net *net)
{
	struct tcs_net *tn = tcs_net(net);

	unregister_one(&tn->alias);
	unregister_one(&tn->ctl);
}

static struct pernet_operations ops = {
	.init = init_one,
	.exit = exit_one,
};

/**
 * tcs_sysctl_init() - make the sysctls, in every namespace there is and will be
 *
 * Process context, sleeps.
 *
 * Return: 0, or -ENOMEM.
 */
int tcs_sysctl_init(void)
{
	return register_pernet_subsys(&ops);
}

/**
 * tcs_sysctl_exit() - remove the sysctls
 *
 * Process context, sleeps: when it returns, no handler runs any more.
 */
void tcs_sysctl_exit(void)
{
	unregister_pernet_subsys(&ops);
}
