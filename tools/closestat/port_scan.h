/* SPDX-License-Identifier: GPL-2.0 */
/* Who only looks for open ports, of those that ask for ports where nobody listens. Pure. */
#ifndef CLOSESTAT_PORT_SCAN_H
#define CLOSESTAT_PORT_SCAN_H

#include "rst_watch.h"

/*
 * A refused connect() fails at once, and who wants the service tries again; a scanner knows by then
 * what it came for. One connect() sends one SYN; that of Windows goes on after a RST, and has sent
 * five when it fails after two seconds.
 */
#define PORT_SCAN_ASKED 5
/*
 * A host's clients know the services that it has. Those of a whole application are a dozen or so,
 * which may all have been stopped, and asked for but seldom: more than that are not likely to be.
 */
#define PORT_SCAN_PORTS 16

/* A scan, or several. */
struct port_scan {
	u64 syns;		/* 0: there was none */
	size_t ports;
	size_t peers;
	u64 age_ms;		/* of the latest, where that is told */
};

/**
 * port_scan_part - part who wants a service from who looks for open ports
 * @refusals: put into order: those that want a service first, those that count most before others
 * @n: how many
 * @scan: filled with what the others are together
 *
 * A scan is what one peer asks of PORT_SCAN_PORTS ports and more, and what the ports were asked
 * that are seldom asked for, by whomever, if all these ports are as many; of each no more than
 * PORT_SCAN_ASKED times.
 *
 * Return: how many want a service.
 */
size_t port_scan_part(struct refusal *refusals, size_t n, struct port_scan *scan);

#endif
