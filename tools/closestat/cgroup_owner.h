/* SPDX-License-Identifier: GPL-2.0 */
/* The owner of a process, by the path of its cgroup. Pure. */
#ifndef CLOSESTAT_CGROUP_OWNER_H
#define CLOSESTAT_CGROUP_OWNER_H

#include <stdbool.h>

#define CGROUP_ID_SIZE 128

enum cgroup_kind {
	CGROUP_NONE,
	CGROUP_UNIT,		/* a service of systemd */
	CGROUP_MACHINE,		/* of systemd-nspawn or libvirt */
	CGROUP_LXC,
	CGROUP_DOCKER,
	CGROUP_PODMAN,
	CGROUP_CONTAINERD,
	CGROUP_CRIO,
};

struct cgroup_owner {
	enum cgroup_kind kind;
	char id[CGROUP_ID_SIZE];	/* of the container, or the name of the unit */
	char pod[CGROUP_ID_SIZE];	/* the uid of a pod of Kubernetes it is in, or "" */
};

/**
 * cgroup_owner_parse - find out what a process belongs to
 * @text: content of its /proc/PID/cgroup
 * @owner: filled
 *
 * Where containers are in containers the innermost counts; a container counts more than a service
 * that it is in or that is in it.
 *
 * Return: whether it is anything with a name.
 */
bool cgroup_owner_parse(const char *text, struct cgroup_owner *owner);

/**
 * cgroup_kind_name - what kind of thing that is, in a word
 * @kind: which
 *
 * Return: the word, "" for what is known by its name alone.
 */
const char *cgroup_kind_name(enum cgroup_kind kind);

#endif
