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
#include "fault_inject.h"
#include "hooks.h"
#include "pernet.h"
#include "policy.h"
#include "purge.h"
#include "tw_length.h"

/* The longest number that can be in range, its sign and white space included. */
#define TCS_MAX_INPUT 32

/*
 * parse() - the number that was written
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
	/* kstrtouint() returns -ERANGE for 2^64. */
	return kstrtouint(strim(input), 0, val) ? -EINVAL : 0;
}

/* Copies out the rest from the offset on, however small the reader's buffer. */
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

/**
 * struct setting - one sysctl
 * @name: of the file
 * @offset: of its value in struct tcs_net
 * @min: the least that may be written
 * @max: the most
 * @mode: of the file
 * @initial: only the initial namespace has it
 * @handler: reads and writes it
 */
struct setting {
	const char *name;
	size_t offset;
	unsigned int min;
	unsigned int max;
	umode_t mode;
	bool initial;
	proc_handler *handler;
};

/* Of a table that was registered, .extra1 is the namespace and .extra2 the setting. */
static struct tcs_net *owner(tcs_ctl_table *table)
{
	return table->extra1;
}

/*
 * The permission bits let a root without capabilities through: it owns the
 * file. This asks for the capability that the manual names.
 */
static int may_write(tcs_ctl_table *table)
{
	return ns_capable(owner(table)->net->user_ns, CAP_NET_ADMIN) ? 0 :
								       -EPERM;
}

static int get_write(tcs_ctl_table *table, const char *buffer, size_t len,
		     loff_t *ppos, unsigned int *val)
{
	const struct setting *setting = table->extra2;
	int err;

	err = may_write(table) ?: parse(buffer, len, *ppos, val);
	if (err)
		return err;
	if (*val < setting->min || *val > setting->max)
		return -EINVAL;
	*ppos += len;
	return 0;
}

/* A number, kept as it was written. */
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
	err = get_write(table, buffer, *lenp, ppos, &val);
	if (!err)
		WRITE_ONCE(*data, val);
	return err;
}

/* A length that was written and is in range. */
static int set_length(unsigned int *data, unsigned int ms)
{
	if (!tcs_hooks_can_tune())
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
	err = get_write(table, buffer, *lenp, ppos, &val);
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
	err = get_write(table, buffer, *lenp, ppos, &val);
	if (!err)
		err = tcs_purge(owner(table)->net, NULL);
	return min(err, 0);
}

#define INHERITED	false
#define OWN		false
#define INITIAL		true
#define SETTING(_name, _min, _max, _default, _scope, _mode, _handler)	\
	{								\
		.name = #_name,						\
		.offset = offsetof(struct tcs_net, _name),		\
		.min = _min,						\
		.max = _max,						\
		.mode = _mode,						\
		.initial = _scope,					\
		.handler = _handler,					\
	},

static const struct setting settings[] = { TCS_SETTINGS(SETTING) };

#undef SETTING
#undef INITIAL
#undef OWN
#undef INHERITED

/* @n settings from @first on become the files of @path; on error there is nothing in @ctl. */
static int register_all(struct net *net, const char *path,
			const struct setting *first, size_t n,
			struct tcs_sysctl *ctl)
{
	struct tcs_net *tn = tcs_net(net);
	size_t i, used = 0;

	/* and an empty entry */
	ctl->table = kcalloc(n + 1, sizeof(*ctl->table), GFP_KERNEL_ACCOUNT);
	if (!ctl->table)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (first[i].initial && !net_eq(net, &init_net))
			continue;
		ctl->table[used++] = (struct ctl_table){
			.procname = first[i].name,
			.data = (void *)tn + first[i].offset,
			.maxlen = sizeof(unsigned int),
			.mode = first[i].mode,
			.proc_handler = TCS_FAULT_TYPE ?
				(proc_handler *)(void *)owner : first[i].handler,
			.extra1 = tn,
			.extra2 = (void *)&first[i],
		};
	}
	ctl->header = tcs_register_net_sysctl(net, path, ctl->table, used);
	if (ctl->header)
		return 0;
	kfree(ctl->table);
	ctl->table = NULL;
	return -ENOMEM;
}

static void unregister_all(struct tcs_sysctl *ctl)
{
	if (ctl->header)
		unregister_net_sysctl_table(ctl->header);
	kfree(ctl->table);
	ctl->header = NULL;
	ctl->table = NULL;
}

#ifdef TCS_HAVE_TW_TIMEOUT

static int register_alias(struct net *net, struct tcs_sysctl *ctl)
{
	return 0;
}

#else

/* The same in seconds. A part of a second reads as a whole one. */
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
	err = get_write(table, buffer, *lenp, ppos, &val);
	return err ?: set_length(data, val * MSEC_PER_SEC);
}

static const struct setting alias = {
	.name = "tcp_tw_timeout",
	.offset = offsetof(struct tcs_net, time_wait_ms),
	.min = 1,
	.max = TCS_TIME_WAIT_MS_MAX / MSEC_PER_SEC,
	.mode = 0644,
	.handler = do_tw_timeout,
};

static int register_alias(struct net *net, struct tcs_sysctl *ctl)
{
	/* Never where it may be taken: to fail here empties the directory. */
	if (!tcs_tw_timeout_is_free())
		return 0;
	return register_all(net, "net/ipv4", &alias, 1, ctl);
}

#endif

static int __net_init init_one(struct net *net)
{
	struct tcs_net *tn = tcs_net(net);
	int err;

	err = register_all(net, "net/tcp_closestat", settings,
			   ARRAY_SIZE(settings), &tn->ctl);
	if (err)
		return err;
	err = register_alias(net, &tn->alias);
	if (err)
		unregister_all(&tn->ctl);
	return err;
}

static void __net_exit exit_one(struct net *net)
{
	struct tcs_net *tn = tcs_net(net);

	unregister_all(&tn->alias);
	unregister_all(&tn->ctl);
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
