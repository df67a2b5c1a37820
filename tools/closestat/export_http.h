/* SPDX-License-Identifier: GPL-2.0 */
/* One answer to one HTTP request, on stdin and stdout as inetd and systemd start a server. */
#ifndef CLOSESTAT_EXPORT_HTTP_H
#define CLOSESTAT_EXPORT_HTTP_H

#include <stdbool.h>

/**
 * export_http - read a request and answer it
 * @all: with the counters of all namespaces
 *
 * Takes ten seconds at most, then the program ends, whatever the client does. What a client does
 * wrong is no failure of ours; where there are no counters to send, the client is told, too.
 *
 * Return: EXIT_OK, or EXIT_FAILED with a message.
 */
int export_http(bool all);

#endif
