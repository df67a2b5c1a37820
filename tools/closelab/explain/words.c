// SPDX-License-Identifier: GPL-2.0
#include "judge.h"

#include <stdio.h>

const char *word_name(enum word word)
{
	static const char * const names[WORDS] = {
		[WORD_OPEN] = "open",
		[WORD_HALF_CLOSED] = "half_closed",
		[WORD_ACTIVE_FIN] = "active_fin",
		[WORD_PASSIVE_FIN] = "passive_fin",
		[WORD_SIMULTANEOUS_FIN] = "simultaneous_fin",
		[WORD_RST_SENT] = "rst_sent",
		[WORD_RST_RECEIVED] = "rst_received",
		[WORD_TIMEOUT] = "timeout",
		[WORD_FIN_WAIT2_EXPIRED] = "fin_wait2_expired",
		[WORD_CONNECT_FAILED] = "connect_failed",
		[WORD_NOT_ESTABLISHED] = "not_established",
		[WORD_NO_SOCKET] = "no_socket",
		[WORD_OTHER] = "other",
		[WORD_UNKNOWN] = "unknown",
		[WORD_NOT_SEEN] = "not_seen",
	};

	return names[word];
}

const char *cause_name(int bit)
{
	static const char * const names[CAUSES] = {
		"unread_data", "linger", "data_after_close", "timeout", "other",
		"refused", "no_socket", "mptcp_fastclose", "rst_received",
		"given_up", "half_open", "keepalive", "sent_between", "gone",
		"one_direction", "forgotten", "not_accepted", "syn_in_connection",
		"unreachable",
	};

	return names[bit];
}

char *cause_text(uint32_t causes, char *text, size_t size)
{
	size_t len = 0;

	*text = '\0';
	for (int i = 0; i < CAUSES; i++) {
		if (!(causes & 1U << i) || len >= size)
			continue;
		len += snprintf(text + len, size - len, "%s%s", len ? " or " : "",
				cause_name(i));
	}
	return text;
}

const char *holder_name(enum holder holder)
{
	static const char * const names[] = {
		[HOLDER_NONE] = "none", [HOLDER_CLIENT] = "client",
		[HOLDER_SERVER] = "server", [HOLDER_BOTH] = "both",
		[HOLDER_UNKNOWN] = "unknown",
	};

	return names[holder];
}
