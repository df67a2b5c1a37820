/* SPDX-License-Identifier: GPL-2.0 */
/* The names of containers, from the files that runtimes leave. */
#ifndef CLOSESTAT_CONTAINER_NAME_H
#define CLOSESTAT_CONTAINER_NAME_H

#include "cgroup_owner.h"

/**
 * container_name - the name of what a process belongs to
 * @owner: that
 *
 * As "nginx.service", "docker:web", "pod:default/web"; with the first twelve digits of its id where
 * no file tells the name, or the uid of a pod.
 *
 * Return: the name, in printable ASCII, to be freed; NULL without memory.
 */
char *container_name(const struct cgroup_owner *owner);

/**
 * container_name_ask_docker - from now on ask Docker's daemon for names that its files do not tell
 *
 * Unless this is called no daemon is asked anything.
 */
void container_name_ask_docker(void);

/**
 * container_pod_name - the pod that a container's configuration says it is in
 * @config: config.json of the OCI runtime specification, as containerd's CRI writes it
 *
 * Pure, as the next.
 *
 * Return: "NAMESPACE/NAME", to be freed; NULL if it says nothing of the kind.
 */
char *container_pod_name(const char *config);

/**
 * container_stored_name - the name of a container in the list of containers/storage
 * @list: containers.json, as podman and CRI-O have it
 * @id: of the container
 *
 * Return: the name, to be freed; NULL if it is not there.
 */
char *container_stored_name(const char *list, const char *id);

#endif
