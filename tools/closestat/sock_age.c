// SPDX-License-Identifier: GPL-2.0
#include "sock_age.h"

#include <netinet/tcp.h>

u64 sock_age_ms(const struct sock *s, u64 time_wait_ms, u64 fin_timeout_ms)
{
	u64 length = s->state == TCP_TIME_WAIT ? time_wait_ms : fin_timeout_ms;

	if (s->timewait)
		return s->left_ms < length ? length - s->left_ms : 0;
	if (!s->info)
		return 0;
	switch (s->state) {
	case TCP_FIN_WAIT2:
	case TCP_CLOSE_WAIT:
		/* Their FIN, or the ACK of ours, was an ACK that came. */
		return s->ack_received_ms;
	case TCP_FIN_WAIT1:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		/* Probes of a shut window are acknowledged; data does not go out any more. */
		return s->data_sent_ms;
	default:
		return 0;
	}
}
