/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network devices, by rtnetlink(7).
 *
 * A test sets up two namespaces for each connection, and ip(8) takes an emulated machine as long to
 * start as all the rest of that. All act in the namespace that the caller is in; failures end the
 * test.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

void link_veth(const char *name, int peer_ns);
void link_up(const char *name);
bool link_runs(const char *name);
void link_address(const char *name, const char *address, int bits, uint32_t flags);
bool link_is_solicited(const char *address);
void link_route(const char *name, const char *network, int bits, uint32_t rto_min_ms);

#endif /* LINK_H */
