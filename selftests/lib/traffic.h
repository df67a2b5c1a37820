/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that come and go over a namespace's loopback, for load. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <sys/types.h>

pid_t traffic_start(int ns);
void traffic_stop(pid_t pid);

#endif /* TRAFFIC_H */
