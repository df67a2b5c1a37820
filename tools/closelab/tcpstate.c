// SPDX-License-Identifier: GPL-2.0
#include "tcpstate.h"

const char *tcp_state_name(int state)
{
	static const char * const names[ST_COUNT] = {
		[ST_ESTABLISHED] = "ESTABLISHED",
		[ST_SYN_SENT] = "SYN_SENT",
		[ST_SYN_RECV] = "SYN_RECV",
		[ST_FIN_WAIT1] = "FIN_WAIT1",
		[ST_FIN_WAIT2] = "FIN_WAIT2",
		[ST_TIME_WAIT] = "TIME_WAIT",
		[ST_CLOSE] = "CLOSED",
		[ST_CLOSE_WAIT] = "CLOSE_WAIT",
		[ST_LAST_ACK] = "LAST_ACK",
		[ST_LISTEN] = "LISTEN",
		[ST_CLOSING] = "CLOSING",
		[ST_NEW_SYN_RECV] = "SYN_RECV",
	};

	return state > 0 && state < ST_COUNT && names[state] ? names[state] :
							       "?";
}
