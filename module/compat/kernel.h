/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel features that this module cannot work without, and its name in the log.
 *
 * Kbuild includes it first in every file, so that a build for such a kernel
 * ends with the reason, whichever file is compiled first.
 */
#ifndef TCS_COMPAT_KERNEL_H
#define TCS_COMPAT_KERNEL_H

/* Before linux/printk.h comes in. */
#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "tcp_closestat needs Linux 5.10 or later"
#endif

#ifndef CONFIG_64BIT
#error "tcp_closestat needs a 64-bit kernel: its counters are 64 bits wide and read without a lock"
#endif

#ifndef CONFIG_INET
#error "tcp_closestat needs CONFIG_INET"
#endif

#ifndef CONFIG_PROC_FS
#error "tcp_closestat needs CONFIG_PROC_FS: /proc is where its figures are read"
#endif

#ifndef CONFIG_SYSCTL
#error "tcp_closestat needs CONFIG_SYSCTL: that is how TIME_WAIT is tuned"
#endif

#ifndef CONFIG_TRACEPOINTS
#error "tcp_closestat needs CONFIG_TRACEPOINTS: they tell it of state changes"
#endif

/*
 * Events read RCU-protected data with preemption off. That is so in
 * tracepoints' callbacks, but for kernels (from 7.0 on) that run them under SRCU, and
 * where a timewait socket begins, but for those (from 6.11 on) that have
 * inet_twsk_hashdance_schedule().
 */
#if defined(TCS_HAVE_TWSK_HASHDANCE_SCHEDULE) || defined(TCS_HAVE_TRACEPOINT_SRCU)
#define tcs_rcu_begin()	preempt_disable_notrace()
#define tcs_rcu_end()	preempt_enable_notrace()
#else
#define tcs_rcu_begin()	do { } while (0)
#define tcs_rcu_end()	do { } while (0)
#endif

#endif /* TCS_COMPAT_KERNEL_H */
