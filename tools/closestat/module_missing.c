// SPDX-License-Identifier: GPL-2.0
#include "module_missing.h"

#include "msg.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MODULE "tcp_closestat"
#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* A file of the system, or of a made-up one below $SYSTEM_ROOT. */
static char *path_of(char *path, const char *file)
{
	const char *root = getenv("SYSTEM_ROOT");

	snprintf(path, PATH_MAX, "%s%s", root ? root : "", file);
	return path;
}

static bool is_there(const char *file)
{
	char path[PATH_MAX];

	return !access(path_of(path, file), F_OK);
}

static bool has(const char *release, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/lib/modules/%s/%s", release, file);
	return is_there(path);
}

/* Whether a line of modules.dep is the module's, compressed or not. */
static bool is_installed(const char *release)
{
	char path[PATH_MAX], file[PATH_MAX], line[8192];
	bool found = false;
	FILE *f;

	snprintf(file, sizeof(file), "/lib/modules/%s/modules.dep", release);
	f = fopen(path_of(path, file), "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, "/" MODULE ".ko");
	}
	fclose(f);
	return found;
}

/* The version of the source that DKMS has; false if it has none. */
static bool dkms_version(char *version, size_t size)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(path_of(path, "/var/lib/dkms/" MODULE));

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		if (*entry->d_name == '.' || !strncmp(entry->d_name, "kernel-", 7))
			continue;
		found = true;
		snprintf(version, size, "%s", entry->d_name);
	}
	closedir(dir);
	return found;
}

/* The value is the last byte: the four before are attributes. */
static bool secure_boot(void)
{
	char path[PATH_MAX];
	unsigned char data[5] = { 0 };
	FILE *f = fopen(path_of(path, SECURE_BOOT), "re");

	if (!f)
		return false;
	if (fread(data, 1, sizeof(data), f) != sizeof(data))
		data[4] = 0;
	fclose(f);
	return data[4] == 1;
}

/* What installs a kernel's headers, by a file that a distribution has; the last is any other's. */
static const struct {
	const char *file;
	const char *flavour;	/* how the kernel's release ends; NULL: any */
	const char *command;
	bool versioned;		/* the package is of one release */
} headers[] = {
	{ "/etc/debian_version", "-pve", "apt install proxmox-headers-", true },
	{ "/etc/debian_version", NULL, "apt install linux-headers-", true },
	{ "/etc/arch-release", "-lts", "pacman -S linux-lts-headers", false },
	{ "/etc/arch-release", "-zen", "pacman -S linux-zen-headers", false },
	{ "/etc/arch-release", "-hardened", "pacman -S linux-hardened-headers", false },
	{ "/etc/arch-release", NULL, "pacman -S linux-headers", false },
	{ "/usr/bin/zypper", NULL, "zypper install kernel-devel kernel-default-devel", false },
	{ "/", NULL, "dnf install kernel-devel-", true },
};

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

static int explain_headers(const char *release)
{
	size_t i = 0;

	while (!is_there(headers[i].file) ||
	       (headers[i].flavour && !ends_with(release, headers[i].flavour)))
		i++;
	return msg_error("not built for kernel %s, because its headers are not installed: %s%s",
			 release, headers[i].command, headers[i].versioned ? release : "");
}

static int explain_dkms(const char *release)
{
	char version[NAME_MAX + 1];

	if (!dkms_version(version, sizeof(version)))
		return msg_error("not installed for kernel %s: %s'make dkms-install' in its source",
				 release, is_there("/etc/debian_version") ?
				 "apt install tcp-closestat-dkms, or " : "");
	return msg_error("DKMS has not built it for kernel %s: dkms install " MODULE "/%s -k %s",
			 release, version, release);
}

static int explain_build(const char *release)
{
	return has(release, "build") ? explain_dkms(release) : explain_headers(release);
}

/* Ubuntu's DKMS signs with a key of its own (shim-signed). */
static const char *signing_key(void)
{
	static const char ours[] = "/var/lib/dkms/mok.pub";
	static const char ubuntus[] = "/var/lib/shim-signed/mok/MOK.der";

	return is_there(ubuntus) && !is_there(ours) ? ubuntus : ours;
}

/* A kernel that is installed but does not run runs next, or the package was built for it. */
static int explain_others(void)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir = opendir(path_of(path, "/lib/modules"));

	if (!dir)
		return EXIT_FAILED;
	while ((entry = readdir(dir))) {
		if (*entry->d_name != '.' && has(entry->d_name, "modules.dep") &&
		    !is_installed(entry->d_name))
			explain_build(entry->d_name);
	}
	closedir(dir);
	return EXIT_FAILED;
}

int module_missing(void)
{
	struct utsname u;

	msg_error(MODULE " is not loaded: modprobe " MODULE);
	if (uname(&u))
		return EXIT_FAILED;
	if (getenv("SYSTEM_RELEASE"))
		snprintf(u.release, sizeof(u.release), "%s", getenv("SYSTEM_RELEASE"));
	if (!is_there("/proc/modules")) {
		msg_error("kernel %s is built without modules, or this is a container: load it on the host",
			  u.release);
		return explain_others();
	}
	if (is_installed(u.release)) {
		if (secure_boot())
			msg_error("Secure Boot is on: the module has to be signed by a key that is enrolled: mokutil --import %s, then reboot and enrol it",
				  signing_key());
		return EXIT_FAILED;
	}
	if (has(u.release, "modules.dep"))
		return explain_build(u.release);
	msg_error("there are no modules of the running kernel %s here; it was removed or replaced (reboot), or this is a container (load it on the host)",
		  u.release);
	return explain_others();
}
