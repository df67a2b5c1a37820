/* SPDX-License-Identifier: GPL-2.0 */
/*
 * net.ipv4.tcp_tw_timeout of the kernel's own.
 *
 * Vendor kernels have it (Alibaba Cloud Linux, TencentOS), and modules may bring it.
 * Registering the name once more must not be tried: insert_header()
 * (fs/proc/proc_sysctl.c) undoes a failed registration with erase_header(), which takes
 * entries out of the directory's tree that were never in it, and the tree is empty
 * afterwards: all of /proc/sys/net/ipv4, until the machine boots again. So in 5.10 to 7.3.
 *
 * Kbuild looks for the member that holds a vendor's value (net/netns/ipv4.h) and sets
 * TCS_HAVE_TW_TIMEOUT; everywhere else the directory is looked at when the module
 * is loaded.
 */
#ifndef TCS_COMPAT_TW_TIMEOUT_H
#define TCS_COMPAT_TW_TIMEOUT_H

#include <linux/kconfig.h>
#include <linux/types.h>

#ifdef TCS_HAVE_TW_TIMEOUT

static inline int tcs_tw_timeout_look(void)
{
	return 0;
}

static inline bool tcs_tw_timeout_is_free(void)
{
	return false;
}

#else

int tcs_tw_timeout_look(void);
bool tcs_tw_timeout_is_free(void);

#endif

/**
 * tcs_tw_timeout_by_module() - whether a module may give TIME_WAIT its length
 *
 * After tcs_tw_timeout_look(). Where the kernel's headers declare no such entry a module
 * has brought it, and hooks the functions that we hook.
 */
static inline bool tcs_tw_timeout_by_module(void)
{
	return !__is_defined(TCS_HAVE_TW_TIMEOUT) &&
	       !tcs_tw_timeout_is_free();
}

#endif /* TCS_COMPAT_TW_TIMEOUT_H */
