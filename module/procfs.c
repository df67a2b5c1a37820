// SPDX-License-Identifier: GPL-2.0
/* The files below /proc: counts and histograms of one namespace, and all. */
#include "procfs.h"

#include <linux/capability.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/slab.h>

#include "ages.h"
#include "pernet.h"
#include "recent.h"

#define NAME		"tcp_closestat"
#define NAME_HIST	"tcp_closestat_hist"
#define NAME_AGES	"tcp_closestat_ages"
#define NAME_RECENT	"tcp_closestat_recent"
#define NAME_ALL	"tcp_closestat_all"
#define NAME_ALL_HIST	"tcp_closestat_all_hist"

/*
 * Not row by row: there may be a thousand namespaces, with forty rows each, of which
 * most are 0.
 */
static void show_sums(struct seq_file *seq, const u64 *sum)
{
	const char *text = tcs_rows_text;
	u64 row[TCS_N_ROWS];
	unsigned int i;

	tcs_counters_rows(sum, row);
	for (i = 0; i < TCS_N_ROWS; i++) {
		const char *at = tcs_rows_text + tcs_rows_at[i];

		if (!row[i])
			continue;
		seq_write(seq, text, at - text);
		seq_put_decimal_ull(seq, NULL, row[i]);
		text = at + 1;
	}
	seq_write(seq, text, tcs_rows_text + tcs_rows_len - text);
}

static void show_rows(struct seq_file *seq,
		      const struct tcs_stats __percpu *stats)
{
	u64 sum[TCS_N_COUNTS] = {};

	tcs_counters_fold(stats, sum);
	show_sums(seq, sum);
}

static int show(struct seq_file *seq, void *v)
{
	show_rows(seq, tcs_net(seq_file_single_net(seq))->stats);
	return 0;
}

static int show_hist(struct seq_file *seq, void *v)
{
	tcs_hist_show(seq, tcs_net(seq_file_single_net(seq))->stats);
	return 0;
}

/*
 * All in one go and under the lock: no namespace can go over to the dead while
 * they are read, so that totals never go backwards. One that is dying belongs to
 * the dead already: connections that end in it are counted there.
 */
static int show_all(struct seq_file *seq, void *v)
{
	u64 dead[TCS_N_COUNTS] = {};
	const struct tcs_net *tn;

	mutex_lock(&tcs_nets_lock);
	tcs_counters_fold(tcs_dead.stats, dead);
	/* Connections that ended there began in a namespace that is dying by now. */
	smp_rmb();
	list_for_each_entry(tn, &tcs_nets, list) {
		if (!check_net(tn->net)) {
			tcs_counters_fold(tn->stats, dead);
			continue;
		}
		/* Much cheaper than seq_printf(), too. */
		seq_put_decimal_ull(seq, "netns ", tn->net->ns.inum);
		seq_putc(seq, '\n');
		show_rows(seq, tn->stats);
		seq_putc(seq, '\n');
		/* It will be called again with a larger buffer. */
		if (seq_has_overflowed(seq))
			break;
	}
	seq_puts(seq, "netns dead\n");
	show_sums(seq, dead);
	mutex_unlock(&tcs_nets_lock);
	return 0;
}

/* Of all namespaces, so only for those who administer all of them. */
static bool may_read_all(void)
{
	return capable(CAP_NET_ADMIN) &&
	       net_eq(current->nsproxy->net_ns, &init_net);
}

static int open_all(struct inode *inode, struct file *file)
{
	/* The size of a block in which every value has ten digits. */
	const size_t block = 2048;
	const struct tcs_net *tn;
	size_t size = block;

	if (!may_read_all())
		return -EPERM;

	mutex_lock(&tcs_nets_lock);
	list_for_each_entry(tn, &tcs_nets, list)
		size += block;
	mutex_unlock(&tcs_nets_lock);
	return single_open_size(file, show_all, NULL, size);
}

/*
 * How long the last reading was: the size of a namespace is anything from a line to 10 KiB.
 * A buffer that is too small costs the next try, with one twice as large.
 */
static size_t all_hist_size = PAGE_SIZE;

static void show_hists_of(struct seq_file *seq, const struct tcs_net *tn)
{
	unsigned int which;

	seq_put_decimal_ull(seq, "netns ", tn->net->ns.inum);
	seq_putc(seq, '\n');
	for (which = 0; which < TCS_N_HIST; which++) {
		struct tcs_hist sum = {};

		tcs_hist_fold(tn->stats, which, &sum);
		tcs_hist_show_sparse(seq, which, &sum);
	}
	seq_putc(seq, '\n');
}

static void add_hists(const struct tcs_net *tn, struct tcs_hist *to)
{
	unsigned int which;

	for (which = 0; which < TCS_N_HIST; which++)
		tcs_hist_fold(tn->stats, which, &to[which]);
}

/* As show_all(). A duration is in one cell alone, so the order of reading does not matter. */
static int show_all_hist(struct seq_file *seq, void *v)
{
	const struct tcs_net *tn;
	struct tcs_hist *dead;
	unsigned int which;

	/* Too large for the stack. */
	dead = kcalloc(TCS_N_HIST, sizeof(*dead), GFP_KERNEL);
	if (!dead)
		return -ENOMEM;
	mutex_lock(&tcs_nets_lock);
	add_hists(&tcs_dead, dead);
	list_for_each_entry(tn, &tcs_nets, list) {
		if (check_net(tn->net))
			show_hists_of(seq, tn);
		else
			add_hists(tn, dead);
		if (seq_has_overflowed(seq))
			break;
	}
	mutex_unlock(&tcs_nets_lock);
	seq_puts(seq, "netns dead\n");
	for (which = 0; which < TCS_N_HIST; which++)
		tcs_hist_show_sparse(seq, which, &dead[which]);
	/* Without it nobody could tell that the last block is whole. */
	seq_putc(seq, '\n');
	kfree(dead);
	if (!seq_has_overflowed(seq))
		WRITE_ONCE(all_hist_size, seq->count);
	return 0;
}

static int open_all_hist(struct inode *inode, struct file *file)
{
	if (!may_read_all())
		return -EPERM;
	/* Some more than last time: seq_file does without the very last byte, too. */
	return single_open_size(file, show_all_hist, NULL,
				READ_ONCE(all_hist_size) * 9 / 8 + PAGE_SIZE);
}

static const struct proc_ops all_ops = {
	.proc_open = open_all,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static const struct proc_ops all_hist_ops = {
	.proc_open = open_all_hist,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

/* It has addresses of peers, so only for those who may administer the namespace. */
static bool may_read(const struct seq_file *seq)
{
	return file_ns_capable(seq->file, seq_file_net((struct seq_file *)seq)->user_ns,
			       CAP_NET_ADMIN);
}

/* @pos: how many entries were skipped, of those that were there; nothing is held meanwhile. */
struct recent_iter {
	struct seq_net_private p;
	u64 first;
};

static void *recent_at(struct seq_file *seq, loff_t pos)
{
	struct recent_iter *iter = seq->private;
	struct tcs_recent *recent = tcs_net(seq_file_net(seq))->recent;

	return tcs_recent_show(NULL, recent, iter->first + pos) ? iter : NULL;
}

static void *recent_start(struct seq_file *seq, loff_t *pos)
{
	struct recent_iter *iter = seq->private;

	if (!may_read(seq))
		return ERR_PTR(-EPERM);
	if (!*pos)
		iter->first = tcs_recent_first(tcs_net(seq_file_net(seq))->recent);
	return recent_at(seq, *pos);
}

static void *recent_next(struct seq_file *seq, void *v, loff_t *pos)
{
	return recent_at(seq, ++*pos);
}

static void recent_stop(struct seq_file *seq, void *v)
{
}

static int recent_show(struct seq_file *seq, void *v)
{
	struct recent_iter *iter = v;

	tcs_recent_show(seq, tcs_net(seq_file_net(seq))->recent,
			iter->first + seq->index);
	return 0;
}

static const struct seq_operations recent_ops = {
	.start = recent_start,
	.next = recent_next,
	.stop = recent_stop,
	.show = recent_show,
};

/* Where a line did not fit it is asked for again; who reads from elsewhere goes there anew. */
static void *ages_start(struct seq_file *seq, loff_t *pos)
{
	struct tcs_ages_iter *iter = seq->private;
	struct net *net = seq_file_net(seq);

	if (!may_read(seq))
		return ERR_PTR(-EPERM);
	if (*pos && *pos == iter->pos)
		return iter->at < iter->n ? iter : NULL;
	if (!tcs_ages_first(iter, net))
		return NULL;
	for (iter->pos = 0; iter->pos < *pos; iter->pos++)
		if (!tcs_ages_next(iter, net))
			return NULL;
	return iter;
}

static void *ages_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct tcs_ages_iter *iter = v;

	iter->pos = ++*pos;
	return tcs_ages_next(iter, seq_file_net(seq)) ? iter : NULL;
}

static void ages_stop(struct seq_file *seq, void *v)
{
}

static int ages_show(struct seq_file *seq, void *v)
{
	tcs_ages_show(seq, v);
	return 0;
}

static const struct seq_operations ages_ops = {
	.start = ages_start,
	.next = ages_next,
	.stop = ages_stop,
	.show = ages_show,
};

static void __net_exit exit_one(struct net *net)
{
	/* One that is not there is passed over. */
	remove_proc_subtree(NAME_AGES, net->proc_net);
	remove_proc_subtree(NAME_RECENT, net->proc_net);
	remove_proc_subtree(NAME_HIST, net->proc_net);
	remove_proc_subtree(NAME, net->proc_net);
}

static int __net_init init_one(struct net *net)
{
	if (proc_create_net_single(NAME, 0444, net->proc_net, show, NULL) &&
	    proc_create_net_single(NAME_HIST, 0444, net->proc_net, show_hist,
				   NULL) &&
	    proc_create_net(NAME_RECENT, 0400, net->proc_net, &recent_ops,
			    sizeof(struct recent_iter)) &&
	    proc_create_net(NAME_AGES, 0400, net->proc_net, &ages_ops,
			    sizeof(struct tcs_ages_iter)))
		return 0;
	exit_one(net);
	return -ENOMEM;
}

static struct pernet_operations ops = {
	.init = init_one,
	.exit = exit_one,
};

/**
 * tcs_procfs_init() - make the files, in every namespace there is and will be
 *
 * Process context, sleeps.
 *
 * Return: 0, or -ENOMEM.
 */
int tcs_procfs_init(void)
{
	int err;

	err = register_pernet_subsys(&ops);
	if (err)
		return err;

	err = -ENOMEM;
	if (!proc_symlink(NAME, NULL, "self/net/" NAME))
		goto undo_pernet;
	if (!proc_create(NAME_ALL, 0400, NULL, &all_ops))
		goto undo_symlink;
	if (!proc_create(NAME_ALL_HIST, 0400, NULL, &all_hist_ops))
		goto undo_all;
	return 0;

undo_all:
	remove_proc_entry(NAME_ALL, NULL);
undo_symlink:
	remove_proc_entry(NAME, NULL);
undo_pernet:
	unregister_pernet_subsys(&ops);
	return err;
}

/**
 * tcs_procfs_exit() - remove the files
 *
 * Process context, sleeps: when it returns, nobody reads any more. Files that
 * are held open give an error from now on.
 */
void tcs_procfs_exit(void)
{
	remove_proc_entry(NAME_ALL_HIST, NULL);
	remove_proc_entry(NAME_ALL, NULL);
	remove_proc_entry(NAME, NULL);
	unregister_pernet_subsys(&ops);
}
