// SPDX-License-Identifier: GPL-2.0
#include "container_name.h"

#include "docker_socket.h"
#include "hostfile.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_ID 12

#define FILE_SIZE 320
#define DOCKER_FILE "var/lib/docker/containers/%s/config.v2.json"
#define NAME_KEY "\"Name\":\"/"
#define STORAGE_FILE "var/lib/containers/storage/overlay-containers/containers.json"
#define CONTAINERD_FILE "run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json"

/*
 * The string that follows a key and what may stand between them. Not a parser of JSON: the keys
 * looked for are such that nothing else in those files is written like them, and the names have
 * nothing in them that would be escaped.
 */
static char *string_after(const char *text, const char *key, const char *between)
{
	const char *end;

	text = strstr(text, key);
	if (!text)
		return NULL;
	text += strlen(key);
	text += strspn(text, between);
	if (*text++ != '"')
		return NULL;
	end = text + strcspn(text, "\"\\\n");
	return *end == '"' && end > text ? strndup(text, end - text) : NULL;
}

#define COLON " \t\n:"

char *container_pod_name(const char *config)
{
	char *name = string_after(config, "\"io.kubernetes.cri.sandbox-name\"", COLON);
	char *namespace = string_after(config, "\"io.kubernetes.cri.sandbox-namespace\"", COLON);
	char *both = NULL;

	if (name && namespace && asprintf(&both, "%s/%s", namespace, name) < 0)
		both = NULL;
	free(name);
	free(namespace);
	return both;
}

char *container_stored_name(const char *list, const char *id)
{
	char key[CGROUP_ID_SIZE + 8], *found, *next, *object, *name;
	const char *at;

	snprintf(key, sizeof(key), "\"%s\"", id);
	/* As the value of "id", which comes first in its object; others refer to it, too. */
	for (at = list; (found = strstr(at, key)); at = found + 1) {
		const char *before = found;

		while (before > list && strchr(COLON, before[-1]))
			before--;
		if (before - list >= 4 && !memcmp(before - 4, "\"id\"", 4))
			break;
	}
	if (!found)
		return NULL;
	next = strstr(found, "\"id\"");
	object = next ? strndup(found, next - found) : strdup(found);
	name = object ? string_after(object, "\"names\"", COLON "[") : NULL;
	free(object);
	return name;
}

/* "k8s_POD_web_default_UID_0", as CRI-O calls the sandbox of a pod: "default/web". */
static char *pod_of_crio(const char *name)
{
	char pod[256], namespace[256], *both;

	if (sscanf(name, "k8s_%*[^_]_%255[^_]_%255[^_]_", pod, namespace) != 2)
		return NULL;
	return asprintf(&both, "%s/%s", namespace, pod) < 0 ? NULL : both;
}

static bool ask_docker;

void container_name_ask_docker(void)
{
	ask_docker = true;
}

/* From what Docker's file or its daemon says of a container, in the same words. Takes over text. */
static char *name_in(char *text)
{
	/* The slash tells it from the names of volumes. */
	char *at = text ? strstr(text, NAME_KEY) : NULL, *name = NULL;

	if (at) {
		at += strlen(NAME_KEY);
		name = strndup(at, strcspn(at, "\"\\\n"));
	}
	free(text);
	return name;
}

static char *docker_name(const char *id)
{
	char file[FILE_SIZE], *name;

	snprintf(file, sizeof(file), DOCKER_FILE, id);
	name = name_in(hostfile_read(file));
	return name || !ask_docker ? name : name_in(docker_inspect(id));
}

static char *stored_name(const char *id)
{
	char *text = hostfile_read(STORAGE_FILE), *name;

	name = text ? container_stored_name(text, id) : NULL;
	free(text);
	return name;
}

/* In the namespace of containerd that is Kubernetes's. */
static char *pod_of_containerd(const char *id)
{
	char file[FILE_SIZE], *text, *name;

	snprintf(file, sizeof(file), CONTAINERD_FILE, id);
	text = hostfile_read(file);
	name = text ? container_pod_name(text) : NULL;
	free(text);
	return name;
}

static char *name_of_pod(const struct cgroup_owner *o)
{
	char *name = NULL, *stored;

	if (o->kind == CGROUP_CONTAINERD)
		name = pod_of_containerd(o->id);
	if (o->kind == CGROUP_CRIO) {
		stored = stored_name(o->id);
		name = stored ? pod_of_crio(stored) : NULL;
		free(stored);
	}
	return name ? : strdup(o->pod);
}

static char *name_of_container(const struct cgroup_owner *o)
{
	char *name = NULL;

	if (o->kind == CGROUP_DOCKER)
		name = docker_name(o->id);
	else if (o->kind == CGROUP_PODMAN || o->kind == CGROUP_CRIO)
		name = stored_name(o->id);
	if (!name && o->kind >= CGROUP_DOCKER)
		return strndup(o->id, SHORT_ID);
	return name ? : strdup(o->id);
}

char *container_name(const struct cgroup_owner *o)
{
	const char *kind = *o->pod ? "pod" : cgroup_kind_name(o->kind);
	char *name = *o->pod ? name_of_pod(o) : name_of_container(o);
	char *all = NULL;

	if (name && asprintf(&all, "%s%s%s", kind, *kind ? ":" : "", name) < 0)
		all = NULL;
	free(name);
	for (char *c = all; c && *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return all;
}
