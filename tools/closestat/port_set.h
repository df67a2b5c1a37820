/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of ports, as ip_local_reserved_ports has them. Pure. */
#ifndef CLOSESTAT_PORT_SET_H
#define CLOSESTAT_PORT_SET_H

#include "lib/util.h"

#include <stdbool.h>
#include <stddef.h>

#define PORT_SET_SIZE 65536

/**
 * port_is_one_of - tell whether a port is among some
 * @port: which
 * @ports: these
 * @n: how many
 */
bool port_is_one_of(u16 port, const u16 *ports, size_t n);

/**
 * port_set_count - how many ports of a list are in a range
 * @text: "8080,9000-9010", with or without a newline; what is no such list has none from there on
 * @low: first of the range
 * @high: last of it
 *
 * Return: the number.
 */
unsigned int port_set_count(const char *text, unsigned int low, unsigned int high);

/**
 * port_set_add - write a list with more ports in it
 * @text: as above
 * @ports: PORT_SET_SIZE of them, by number: those to be added
 *
 * Return: the list, without a newline, those that were not in it after the others, and "" for none
 * at all; to be freed. NULL if memory runs out.
 */
char *port_set_add(const char *text, const bool *ports);

#endif
