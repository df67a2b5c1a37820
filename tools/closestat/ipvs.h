/* SPDX-License-Identifier: GPL-2.0 */
/* IPVS in the network namespace the thread is in. */
#ifndef CLOSESTAT_IPVS_H
#define CLOSESTAT_IPVS_H

#include "lib/util.h"

#include <netinet/in.h>
#include <stdbool.h>

/**
 * ipvs_has_services - tell whether IPVS balances anything here
 *
 * Return: true if there is a virtual service.
 */
bool ipvs_has_services(void);

/**
 * ipvs_has_service - tell whether IPVS balances what comes for an address and port, of TCP
 * @family: AF_INET or AF_INET6
 * @address: IPv4 in the first four bytes
 * @port: of the virtual service
 *
 * Return: true if there is such a service. Those by mark of a firewall are not looked at.
 */
bool ipvs_has_service(u8 family, const struct in6_addr *address, u16 port);

/**
 * ipvs_fin_timeout - how long IPVS keeps a connection that has seen a FIN, as ipvsadm tells it
 *
 * Return: seconds; 120, the default, where it cannot be asked.
 */
u64 ipvs_fin_timeout(void);

#endif
