/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of ports, as ip_local_reserved_ports has them. Pure. */
#ifndef CLOSESTAT_PORT_SET_H
#define CLOSESTAT_PORT_SET_H

/**
 * port_set_count - how many ports of a list are in a range
 * @text: "8080,9000-9010", with or without a newline; what is no such list has none from there on
 * @low: first of the range
 * @high: last of it
 *
 * Return: the number.
 */
unsigned int port_set_count(const char *text, unsigned int low, unsigned int high);

#endif
