/* SPDX-License-Identifier: GPL-2.0 */
/* The proxies and how they are set up; each in one process, with one port to listen on. */
#ifndef CLOSELAB_PROXIES_H
#define CLOSELAB_PROXIES_H

#include "lab_proxy.h"

/* Of nginx and apache, in a file system of its own */
#define PROXY_LOG "/run/error.log"

/* Keeps its connections to the server */
extern const struct proxy haproxy_keep;
/* The same, and takes a kept one for the first request of a client, too */
extern const struct proxy haproxy_always;
/* One request to a connection, on both sides */
extern const struct proxy haproxy_httpclose;
/* One request to a connection to the server */
extern const struct proxy haproxy_server_close;
/* The same with two servers, in turn */
extern const struct proxy haproxy_two;
/* Closes towards the server after each answer */
extern const struct proxy nginx_close;
/* Keeps its connections to the server */
extern const struct proxy nginx_keep;
/* The same, and closes a client's after 2 s without a request, a server's after 60 s */
extern const struct proxy nginx_server_first;
/* Closes both after 2 s */
extern const struct proxy nginx_proxy_first;
/* Closes; the first request of a connection goes to one server, its second to the other */
extern const struct proxy nginx_two;
/* Closes towards the server after each answer */
extern const struct proxy apache_close;
/* Keeps its connections to the server */
extern const struct proxy apache_keep;
/* Closes, with two servers in turn */
extern const struct proxy apache_two;

#endif
