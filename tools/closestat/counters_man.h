/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counters in tcp_closestat.4: preprocessed, not compiled. The Makefile makes a line of
 * what stands behind an '@'.
 */
#include "../../module/counters_list.h"

#define COUNT(id, name, help) @.It Cm name @help
#define ROW(id, name, kind, help) @.It Cm name @help
#define END(id, name, help) @.It Cm ended_##name @help
#define RST(id, name, help) @.It Cm rst_sent_##name @help
#define CONNECT(id, name, help) @.It Cm connect_failed_##name @help
#define ENTERED(id, name, text) @.It Cm name##_entered @"Connections that entered " text "."
#define STATE(id, name, text) @.It Cm name @"Sockets in " text " now."
#define TW_END(id, name, help) @.It Cm time_wait_##name @help

TCS_ROWS(COUNT, ROW, END, RST, CONNECT, ENTERED, STATE, TW_END)
