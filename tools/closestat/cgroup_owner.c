// SPDX-License-Identifier: GPL-2.0
#include "cgroup_owner.h"

#include "lib/util.h"

#include <stdio.h>
#include <string.h>

/* Of a container, as every runtime makes them: 32 bytes in hexadecimal. */
#define ID_LEN 64

/* How runtimes name the cgroup of a container: by the first that fits. */
static const struct {
	const char *prefix;
	const char *suffix;
	enum cgroup_kind kind;
	bool hex;		/* what is between them is such an id */
} patterns[] = {
	{ "docker-", ".scope", CGROUP_DOCKER, true },
	{ "libpod-", ".scope", CGROUP_PODMAN, true },
	{ "libpod-", "", CGROUP_PODMAN, true },
	{ "cri-containerd-", ".scope", CGROUP_CONTAINERD, true },
	{ "nerdctl-", ".scope", CGROUP_CONTAINERD, true },
	{ "crio-", ".scope", CGROUP_CRIO, true },
	{ "crio-", "", CGROUP_CRIO, true },
	{ "", "", CGROUP_CONTAINERD, true },
	{ "lxc.payload.", "", CGROUP_LXC, false },
	{ "machine-", ".scope", CGROUP_MACHINE, false },
};

struct word {
	const char *at;
	size_t len;
};

static bool is(const struct word *w, const char *text)
{
	return w->len == strlen(text) && !memcmp(w->at, text, w->len);
}

/* The text between a prefix and a suffix; false if they are not there or it is empty. */
static bool between(const struct word *w, const char *prefix, const char *suffix,
		    struct word *part)
{
	size_t before = strlen(prefix), after = strlen(suffix);

	if (w->len <= before + after || memcmp(w->at, prefix, before) ||
	    memcmp(w->at + w->len - after, suffix, after))
		return false;
	*part = (struct word){ w->at + before, w->len - before - after };
	return true;
}

static void copy(char *to, const struct word *w)
{
	snprintf(to, CGROUP_ID_SIZE, "%.*s", (int)w->len, w->at);
}

static bool is_id(const struct word *w)
{
	return w->len == ID_LEN && strspn(w->at, "0123456789abcdef") >= ID_LEN;
}

/* The uid of a pod: "pod<uid>", "kubepods-burstable-pod<uid>.slice" with '_' in place of '-'. */
static bool take_pod(const struct word *w, struct cgroup_owner *o)
{
	struct word uid;

	if (between(w, "kubepods", ".slice", &uid)) {
		const char *pod = memmem(uid.at, uid.len, "-pod", 4);

		if (!pod)
			return false;
		uid.len -= pod + 4 - uid.at;
		uid.at = pod + 4;
	} else if (!between(w, "pod", "", &uid) || strspn(uid.at, "0123456789abcdef-") < uid.len) {
		return false;
	}
	copy(o->pod, &uid);
	for (char *c = o->pod; *c; c++) {
		if (*c == '_')
			*c = '-';
	}
	return true;
}

static bool take_container(const struct word *w, const struct word *parent, struct cgroup_owner *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct word id;

		if (!between(w, patterns[i].prefix, patterns[i].suffix, &id) ||
		    (patterns[i].hex && !is_id(&id)))
			continue;
		o->kind = patterns[i].kind;
		if (!*patterns[i].prefix && is(parent, "docker"))
			o->kind = CGROUP_DOCKER;
		copy(o->id, &id);
		return true;
	}
	if (!is(parent, "lxc"))
		return false;
	o->kind = CGROUP_LXC;
	copy(o->id, w);
	return true;
}

static void take_word(const struct word *w, const struct word *parent, struct cgroup_owner *o)
{
	struct word unit;

	if (take_pod(w, o) || take_container(w, parent, o))
		return;
	if (o->kind <= CGROUP_UNIT && between(w, "", ".service", &unit)) {
		o->kind = CGROUP_UNIT;
		copy(o->id, w);
	}
}

static void take_path(const char *path, size_t len, struct cgroup_owner *o)
{
	const char *end = path + len;
	struct word parent = { path, 0 };

	*o = (struct cgroup_owner){ 0 };
	while (path < end) {
		struct word w = { path, 0 };

		while (path < end && *path != '/')
			path++;
		w.len = path++ - w.at;
		if (!w.len)
			continue;
		take_word(&w, &parent, o);
		parent = w;
	}
}

bool cgroup_owner_parse(const char *text, struct cgroup_owner *owner)
{
	*owner = (struct cgroup_owner){ 0 };
	/* A line for each hierarchy, "ID:controllers:path"; with version 2 there is one. */
	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *path = memchr(text, ':', len);
		struct cgroup_owner o;

		path = path ? memchr(path + 1, ':', text + len - path - 1) : NULL;
		if (path) {
			take_path(path + 1, text + len - path - 1, &o);
			if (o.kind > owner->kind)
				*owner = o;
		}
		text += len + (text[len] == '\n');
	}
	return owner->kind != CGROUP_NONE;
}

const char *cgroup_kind_name(enum cgroup_kind kind)
{
	static const char *const names[] = {
		[CGROUP_NONE] = "", [CGROUP_UNIT] = "", [CGROUP_MACHINE] = "machine",
		[CGROUP_LXC] = "lxc", [CGROUP_DOCKER] = "docker", [CGROUP_PODMAN] = "podman",
		[CGROUP_CONTAINERD] = "containerd", [CGROUP_CRIO] = "crio",
	};

	return names[kind];
}
