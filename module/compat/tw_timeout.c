// SPDX-License-Identifier: GPL-2.0
/* Looking for a net.ipv4.tcp_tw_timeout that is not ours, see tw_timeout.h. */
#include "compat/tw_timeout.h"

#ifndef TCS_HAVE_TW_TIMEOUT

#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/printk.h>
#include <linux/workqueue.h>

#define DIRECTORY	"/proc/sys/net/ipv4"

enum presence {
	ABSENT,
	PRESENT,
	UNKNOWN,	/* no /proc to look into */
};

static enum presence presence = UNKNOWN;

/* Whether the file that was found is proc's: anything may be mounted there. */
static bool is_proc(const struct path *path)
{
	return path->dentry->d_sb->s_magic == PROC_SUPER_MAGIC;
}

/*
 * In the network namespace of the caller, whose sysctls /proc/sys/net shows.
 *
 * Return: enum presence, or -ENOMEM.
 */
static int look(void)
{
	struct path path;
	bool proc;
	int err;

	err = kern_path(DIRECTORY, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);
	if (err)
		return err == -ENOMEM ? err : UNKNOWN;
	proc = is_proc(&path);
	path_put(&path);
	if (!proc)
		return UNKNOWN;

	err = kern_path(DIRECTORY "/tcp_tw_timeout", 0, &path);
	switch (err) {
	case 0:
		path_put(&path);
		return PRESENT;
	case -ENOENT:
		return ABSENT;
	case -ENOMEM:
		return err;
	default:
		return UNKNOWN;
	}
}

/* Since 7.3 kernel threads have an empty root of their own. */
#ifdef scoped_with_init_fs
#define tcs_with_init_fs()	scoped_with_init_fs()
#else
#define tcs_with_init_fs()
#endif

struct look_work {
	struct work_struct work;
	int presence;
};

static void look_from_worker(struct work_struct *work)
{
	struct look_work *w = container_of(work, struct look_work, work);

	tcs_with_init_fs()
		w->presence = look();
}

/* Workers are in the initial namespaces. */
static int look_in_init_net(void)
{
	struct look_work w;

	INIT_WORK_ONSTACK(&w.work, look_from_worker);
	schedule_work(&w.work);
	flush_work(&w.work);
	destroy_work_on_stack(&w.work);
	return w.presence;
}

/**
 * tcs_tw_timeout_look() - look for a net.ipv4.tcp_tw_timeout that is not ours
 *
 * Process context, sleeps. In the initial network namespace and in that of the task
 * which loads the module: a vendor that has the entry has it in all.
 *
 * Return: 0, or -ENOMEM.
 */
int tcs_tw_timeout_look(void)
{
	int found = look();

	if (found == ABSENT)
		found = look_in_init_net();
	if (found < 0)
		return found;
	presence = found;
	if (presence == UNKNOWN)
		pr_info("/proc/sys is not there to look into: doing without net.ipv4.tcp_tw_timeout, use net.tcp_closestat.time_wait_ms\n");
	return 0;
}

/**
 * tcs_tw_timeout_is_free() - whether the name may be registered
 *
 * After tcs_tw_timeout_look().
 *
 * Return: true only where it is known that nobody has it.
 */
bool tcs_tw_timeout_is_free(void)
{
	return presence == ABSENT;
}

#endif /* TCS_HAVE_TW_TIMEOUT */
