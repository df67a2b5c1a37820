/* SPDX-License-Identifier: GPL-2.0 */
/* TCP states, by the kernel's numbers. */
#ifndef CLOSELAB_TCPSTATE_H
#define CLOSELAB_TCPSTATE_H

enum tcp_state {
	ST_ESTABLISHED = 1,
	ST_SYN_SENT,
	ST_SYN_RECV,
	ST_FIN_WAIT1,
	ST_FIN_WAIT2,
	ST_TIME_WAIT,
	ST_CLOSE,
	ST_CLOSE_WAIT,
	ST_LAST_ACK,
	ST_LISTEN,
	ST_CLOSING,
	ST_NEW_SYN_RECV,
	ST_COUNT
};

/**
 * tcp_state_name() - the name of a state
 * @state: any number
 *
 * Return: a constant string, "?" for a number that is no state.
 */
const char *tcp_state_name(int state);

#endif
