/* SPDX-License-Identifier: GPL-2.0 */
/* The proxies and how they are set up; each in one process, with one port to listen on. */
#ifndef CLOSELAB_PROXIES_H
#define CLOSELAB_PROXIES_H

#include "lab_proxy.h"

/* Of nginx, in a file system of its own */
#define NGINX_LOG "/run/error.log"

/* Keeps its connections to the server */
extern const struct proxy haproxy_keep;
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
/* Closes; the first request of a connection goes to one server, its second to the other */
extern const struct proxy nginx_two;
/* Closes towards the server after each answer */
extern const struct proxy apache_close;
/* Keeps its connections to the server */
extern const struct proxy apache_keep;
/* Closes, with two servers in turn */
extern const struct proxy apache_two;

#endif
