/* SPDX-License-Identifier: GPL-2.0 */
/* The one list of the files that the module makes, as initialisers of arrays. */
#ifndef MODULE_FILES_H
#define MODULE_FILES_H

#include "setting.h"

#define FILE_NS		"/proc/thread-self/net/tcp_closestat"
#define FILE_HIST	"/proc/thread-self/net/tcp_closestat_hist"
#define FILE_AGES	"/proc/thread-self/net/tcp_closestat_ages"
#define FILE_RECENT	"/proc/thread-self/net/tcp_closestat_recent"
#define FILE_LINK	"/proc/tcp_closestat"
#define FILE_ALL	"/proc/tcp_closestat_all"
#define FILE_ALL_HIST	"/proc/tcp_closestat_all_hist"
#define EVENT_DIR	"/sys/kernel/tracing/events/tcp_closestat"

/* Of each network namespace. */
#define FILES_OF_EACH		FILE_NS, FILE_HIST, FILE_AGES, FILE_RECENT
#define SETTINGS_OF_EACH						\
	SETTING("time_wait_ms"), SETTING("time_wait_guard"),		\
	SETTING("time_wait_purge"), SETTING("histograms"), SETTING_ALIAS

/* There once, or in the initial one alone. */
#define FILES_OF_ALL		FILE_LINK, FILE_ALL, FILE_ALL_HIST
#define SETTINGS_OF_INITIAL	SETTING("inherit")

#endif /* MODULE_FILES_H */
