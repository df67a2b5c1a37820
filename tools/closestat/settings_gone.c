// SPDX-License-Identifier: GPL-2.0
#include "settings_gone.h"

#include "lib/util.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	const char *why;
} gone[] = {
	{
		"tcp_tw_recycle",
		"tcp_tw_recycle was removed in Linux 4.12, because it dropped connections from behind NAT. Use tcp_tw_reuse=1 for outgoing connections, a shorter time_wait for the rest",
	},
	{
		"tcp_timewait_len",
		"the kernel's TCP_TIMEWAIT_LEN is a constant, never a setting. Use time_wait, as in 'closestat set time_wait=10s'",
	},
	{
		"ip_conntrack_tcp_timeout_time_wait",
		"ip_conntrack_tcp_timeout_time_wait went with ip_conntrack in Linux 2.6.22 and its old names in 4.9. Use nf_conntrack_tcp_timeout_time_wait",
	},
	{
		"ip_conntrack_tcp_timeout_close_wait",
		"ip_conntrack_tcp_timeout_close_wait went with ip_conntrack in Linux 2.6.22 and its old names in 4.9. Use nf_conntrack_tcp_timeout_close_wait",
	},
	{
		"ip_conntrack_tcp_timeout_fin_wait",
		"ip_conntrack_tcp_timeout_fin_wait went with ip_conntrack in Linux 2.6.22 and its old names in 4.9. Use nf_conntrack_tcp_timeout_fin_wait",
	},
};

const char *setting_gone(const char *name)
{
	const char *last = name + strlen(name);

	while (last > name && last[-1] != '.' && last[-1] != '/')
		last--;
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++) {
		if (!strcmp(last, gone[i].name))
			return gone[i].why;
	}
	return NULL;
}
