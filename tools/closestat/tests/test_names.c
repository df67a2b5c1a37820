// SPDX-License-Identifier: GPL-2.0
/* What a namespace is called after, by the cgroup of its first process. */
#include "lib/tap.h"

#include "../cgroup_owner.h"
#include "../container_name.h"

#include <stdlib.h>
#include <string.h>

#include "lib/util.h"

#define ID "3f4e5d6c7b8a99887766554433221100ffeeddccbbaa00998877665544332211"
#define UID "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
#define UID_IN_SLICE "0f1e2d3c_4b5a_6978_8796_a5b4c3d2e1f0"
#define SLICE "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_IN_SLICE ".slice"

static const struct {
	const char *path;
	enum cgroup_kind kind;
	const char *id;
	const char *pod;
} paths[] = {
	{ "/system.slice/nginx.service", CGROUP_UNIT, "nginx.service", "" },
	{ "/system.slice/system-x.slice/x@1.service/sub", CGROUP_UNIT, "x@1.service", "" },
	{ "/user.slice/user@0.service/app.slice/a.service", CGROUP_UNIT, "a.service", "" },
	{ "/system.slice/docker-" ID ".scope", CGROUP_DOCKER, ID, "" },
	{ "/docker/" ID, CGROUP_DOCKER, ID, "" },
	{ "/system.slice/docker-" ID ".scope/system.slice/a.service", CGROUP_DOCKER, ID, "" },
	{ "/machine.slice/libpod-" ID ".scope/container", CGROUP_PODMAN, ID, "" },
	{ "/user.slice/user@1.service/user.slice/libpod-" ID ".scope", CGROUP_PODMAN, ID, "" },
	{ SLICE "/cri-containerd-" ID ".scope", CGROUP_CONTAINERD, ID, UID },
	{ "/kubepods/besteffort/pod" UID "/" ID, CGROUP_CONTAINERD, ID, UID },
	{ SLICE "/crio-" ID ".scope", CGROUP_CRIO, ID, UID },
	{ "/kubepods-pod" UID_IN_SLICE ".slice/crio-" ID ".scope", CGROUP_CRIO, ID, UID },
	{ "/docker/" ID SLICE "/cri-containerd-" ID ".scope", CGROUP_CONTAINERD, ID, UID },
	{ "/system.slice/nerdctl-" ID ".scope", CGROUP_CONTAINERD, ID, "" },
	{ "/lxc.payload.web/init.scope", CGROUP_LXC, "web", "" },
	{ "/lxc/web", CGROUP_LXC, "web", "" },
	{ "/machine.slice/machine-web.scope/payload", CGROUP_MACHINE, "web", "" },
	{ "/", CGROUP_NONE, "", "" },
	{ "/init.scope", CGROUP_NONE, "", "" },
	{ "/user.slice/user-0.slice/session-1.scope", CGROUP_NONE, "", "" },
	{ "/system.slice/crio-conmon-" ID ".scope", CGROUP_NONE, "", "" },
	{ "/system.slice/docker-3f4e.scope", CGROUP_NONE, "", "" },
	{ "/system.slice/.service", CGROUP_NONE, "", "" },
};

static void paths_are_understood(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct cgroup_owner o;
		char text[512];

		snprintf(text, sizeof(text), "0::%s\n", paths[i].path);
		EXPECT(cgroup_owner_parse(text, &o) == (paths[i].kind != CGROUP_NONE));
		EXPECT(o.kind == paths[i].kind);
		EXPECT(!strcmp(o.id, paths[i].id));
		EXPECT(!strcmp(o.pod, paths[i].pod));
	}
}

static void hierarchies_of_version_1_are_searched(void)
{
	struct cgroup_owner o;

	EXPECT(cgroup_owner_parse("12:net_cls,net_prio:/\n4:memory:/docker/" ID "\n"
				  "1:name=systemd:/system.slice/docker.service\n0::/\n", &o));
	EXPECT(o.kind == CGROUP_DOCKER && !strcmp(o.id, ID));
	EXPECT(!cgroup_owner_parse("", &o) && !cgroup_owner_parse("a", &o));
	EXPECT(!cgroup_owner_parse("a:b\n:\n::", &o));
}

static void endless_names_are_cut(void)
{
	struct cgroup_owner o;
	char text[1024];

	memset(text, 'a', sizeof(text));
	memcpy(text, "0::/", 4);
	strcpy(text + sizeof(text) - 9, ".service");
	EXPECT(cgroup_owner_parse(text, &o) && strlen(o.id) == CGROUP_ID_SIZE - 1);
}

static bool same(char *name, const char *want)
{
	bool good = name && want ? !strcmp(name, want) : name == want;

	free(name);
	return good;
}

#define NAME_KEY "\"io.kubernetes.cri.sandbox-name\""
#define NAMESPACE_KEY "\"io.kubernetes.cri.sandbox-namespace\""

static void a_configuration_tells_the_pod(void)
{
	char *name;

	name = container_pod_name("{" NAMESPACE_KEY ": \"shop\"," NAME_KEY ":\"web-0\"}");
	EXPECT(same(name, "shop/web-0"));
	EXPECT(same(container_pod_name("{" NAME_KEY ":\"web-0\"}"), NULL));
	EXPECT(same(container_pod_name("{" NAMESPACE_KEY ":\"shop\"," NAME_KEY ":\"we"), NULL));
	EXPECT(same(container_pod_name(""), NULL));
}

static void a_list_tells_the_container(void)
{
	static const struct {
		const char *list;
		const char *id;
		const char *name;
	} lists[] = {
		{ "[{\"id\":\"aa\",\"names\":[\"x\"]},{\"id\":\"bb\", \"names\": [\"y\",\"z\"]}]",
		  "bb", "y" },
		{ "[{\"id\":\"aa\",\"layer\":\"bb\",\"names\":[\"x\"]}]", "bb", NULL },
		{ "[{\"id\":\"aa\"},{\"id\":\"bb\",\"names\":[\"y\"]}]", "aa", NULL },
		{ "[{\"id\":\"aa\",\"names\":[\"", "aa", NULL },
		{ "", "aa", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		EXPECT(same(container_stored_name(lists[i].list, lists[i].id), lists[i].name));
}

int main(void)
{
	tap_begin(5);
	RUN(paths_are_understood);
	RUN(hierarchies_of_version_1_are_searched);
	RUN(endless_names_are_cut);
	RUN(a_configuration_tells_the_pod);
	RUN(a_list_tells_the_container);
	return tap_end();
}
