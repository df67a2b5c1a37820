// SPDX-License-Identifier: GPL-2.0
#include "metrics.h"

#include "lib/util.h"

#include <stddef.h>
#include <string.h>

static const struct metric metrics[] = {
	{ "version", METRIC_GAUGE, "Version of the format of the module's counters." },
	{ "ended", METRIC_COUNTER, "Connections that have ended." },
	{ "ended_active_fin", METRIC_COUNTER, "Ended after this side sent the first FIN." },
	{ "ended_passive_fin", METRIC_COUNTER, "Ended after the peer sent the first FIN." },
	{ "ended_simultaneous_fin", METRIC_COUNTER, "Ended after the FINs crossed." },
	{ "ended_rst_sent", METRIC_COUNTER, "Reset by this side." },
	{ "ended_rst_received", METRIC_COUNTER, "Reset by the peer." },
	{ "ended_timeout", METRIC_COUNTER, "Given up after a timeout." },
	{ "ended_fin_wait2_expired", METRIC_COUNTER, "Closed here, the peer never sent its FIN." },
	{ "ended_connect_failed", METRIC_COUNTER, "Never established." },
	{ "ended_other", METRIC_COUNTER, "Ended in another way." },
	{ "rst_sent_unread_data", METRIC_COUNTER, "Resets because of unread data at close." },
	{ "rst_sent_linger", METRIC_COUNTER, "Resets asked for by SO_LINGER 0." },
	{ "rst_sent_data_after_close", METRIC_COUNTER, "Resets because data came after close." },
	{ "rst_sent_memory", METRIC_COUNTER, "Resets for want of memory or of orphans." },
	{ "rst_sent_timeout", METRIC_COUNTER, "Resets after a timeout." },
	{ "rst_sent_destroyed", METRIC_COUNTER, "Resets of sockets destroyed from outside." },
	{ "rst_sent_other", METRIC_COUNTER, "Resets for another reason." },
	{ "rst_sent_no_socket", METRIC_COUNTER, "Resets of segments that matched no connection." },
	{ "fin_wait1_entered", METRIC_COUNTER, "Connections that entered FIN_WAIT1." },
	{ "fin_wait2_entered", METRIC_COUNTER, "Connections that entered FIN_WAIT2." },
	{ "closing_entered", METRIC_COUNTER, "Connections that entered CLOSING." },
	{ "close_wait_entered", METRIC_COUNTER, "Connections that entered CLOSE_WAIT." },
	{ "last_ack_entered", METRIC_COUNTER, "Connections that entered LAST_ACK." },
	{ "time_wait_entered", METRIC_COUNTER, "Connections that entered TIME_WAIT." },
	{ "fin_wait1", METRIC_GAUGE, "Sockets in FIN_WAIT1." },
	{ "fin_wait2", METRIC_GAUGE, "Sockets in FIN_WAIT2." },
	{ "closing", METRIC_GAUGE, "Sockets in CLOSING." },
	{ "close_wait", METRIC_GAUGE, "Sockets in CLOSE_WAIT." },
	{ "last_ack", METRIC_GAUGE, "Sockets in LAST_ACK." },
	{ "time_wait", METRIC_GAUGE, "Sockets in TIME_WAIT." },
	{ "time_wait_shortened", METRIC_COUNTER, "TIME_WAITs not of the kernel's length." },
	{ "time_wait_guarded", METRIC_COUNTER, "TIME_WAITs the guard kept longer than asked for." },
	{ "time_wait_rearmed", METRIC_COUNTER, "TIME_WAITs restarted by a late segment." },
	{ "time_wait_expired", METRIC_COUNTER, "TIME_WAITs that ran their time." },
	{ "time_wait_reused", METRIC_COUNTER, "TIME_WAITs taken over by a new connection." },
	{ "time_wait_reset", METRIC_COUNTER, "TIME_WAITs killed by a RST." },
	{ "time_wait_purged", METRIC_COUNTER, "TIME_WAITs purged by hand." },
	{ "fin_retransmits", METRIC_COUNTER, "FINs sent again." },
	{ "records", METRIC_GAUGE, "Close records of connections held." },
	{ "record_failures", METRIC_COUNTER, "Close records that could not be allocated." },
};

const struct metric *metric_find(const char *name)
{
	static const struct metric unknown = {
		.type = METRIC_UNKNOWN, .help = "Not known to this version of closestat.",
	};

	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		if (!strcmp(metrics[i].name, name))
			return &metrics[i];
	}
	return &unknown;
}
