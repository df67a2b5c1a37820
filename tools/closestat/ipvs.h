/* SPDX-License-Identifier: GPL-2.0 */
/* IPVS in the network namespace the thread is in. */
#ifndef CLOSESTAT_IPVS_H
#define CLOSESTAT_IPVS_H

#include "lib/util.h"

#include <stdbool.h>

/**
 * ipvs_has_services - tell whether IPVS balances anything here
 *
 * Return: true if there is a virtual service.
 */
bool ipvs_has_services(void);

/**
 * ipvs_fin_timeout - how long IPVS keeps a connection that has seen a FIN, as ipvsadm tells it
 *
 * Return: seconds; 120, the default, where it cannot be asked.
 */
u64 ipvs_fin_timeout(void);

#endif
