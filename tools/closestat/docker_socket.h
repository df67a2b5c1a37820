/* SPDX-License-Identifier: GPL-2.0 */
/* Asking Docker's daemon, which nothing does that was not told to. */
#ifndef CLOSESTAT_DOCKER_SOCKET_H
#define CLOSESTAT_DOCKER_SOCKET_H

/**
 * docker_inspect - ask the daemon about a container
 * @id: of the container
 *
 * By /run/docker.sock of the host, for two seconds at most each way. One that did not answer is not
 * asked again.
 *
 * Return: what it says, in JSON, to be freed; NULL if it says nothing or knows no such container.
 */
char *docker_inspect(const char *id);

#endif
