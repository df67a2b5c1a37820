/* SPDX-License-Identifier: GPL-2.0 */
/* Steps of the proxies' scenarios that others take as well. */
#ifndef CLOSELAB_SCEN_PROXIES_H
#define CLOSELAB_SCEN_PROXIES_H

struct lab;

/**
 * start_nginx_close() - nginx that closes towards the server after each answer
 * @lab: the lab
 *
 * Return: as of lab_proxy_start().
 */
int start_nginx_close(struct lab *lab);

/**
 * start_nginx_keep() - nginx that keeps its connections to the server
 * @lab: the lab
 *
 * Return: as of lab_proxy_start().
 */
int start_nginx_keep(struct lab *lab);

#endif
