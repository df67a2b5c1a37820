// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading the module under test, see modload.h. */
#include "modload.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include <kselftest.h>

#include "fail.h"

/**
 * module_loaded() - whether the module is there
 */
bool module_loaded(void)
{
	return !access("/sys/module/tcp_closestat", F_OK);
}

/* Where the test itself is. */
static const char *own_directory(void)
{
	static char self[PATH_MAX];

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		die_errno("cannot tell where this test is");
	return dirname(self);
}

/* $TCS_KO, or what was built in the directory above the test's own. */
static void module_path(char *path, size_t size)
{
	const char *given = getenv("TCS_KO");

	if (given)
		snprintf(path, size, "%s", given);
	else
		snprintf(path, size, "%s/../tcp_closestat.ko", own_directory());
}

/**
 * module_find() - look for the module now
 *
 * For who is about to do without /proc, which tells where the tests are.
 */
void module_find(void)
{
	char path[PATH_MAX + 32];

	module_path(path, sizeof(path));
	setenv("TCS_KO", path, 1);
}

/**
 * module_beside_tests() - a file that was built for the tests
 * @name: below the directory that the tests are in
 *
 * Return: its path, to be freed.
 */
char *module_beside_tests(const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", own_directory(), name) < 0)
		die("no memory");
	return path;
}

/**
 * module_variant() - a build of the module with something else about it is what is tested
 * @name: of build-variants
 *
 * From now on module_load() loads it. Where it was not built, or another build is loaded, the test
 * ends here, skipped.
 */
void module_variant(const char *name)
{
	char below[64];
	char *ko;

	snprintf(below, sizeof(below), "variants/%s/tcp_closestat.ko", name);
	ko = module_beside_tests(below);
	setenv("TCS_KO", ko, 1);
	free(ko);
	if (access(getenv("TCS_KO"), R_OK))
		ksft_exit_skip("not built, there were no kernel headers\n");
	if (module_loaded())
		ksft_exit_skip("another build of the module is loaded\n");
}

/**
 * module_load() - load the module
 *
 * Return: 0, or a negative errno of the kernel; no such file ends the test.
 */
int module_load(void)
{
	return module_load_with("");
}

/**
 * module_load_with() - load the module
 * @parameters: as modprobe takes them
 *
 * Return: as module_load().
 */
int module_load_with(const char *parameters)
{
	char path[PATH_MAX + 32];
	int fd, err;

	module_path(path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die_errno("cannot open %s (TCS_KO says where the module is)", path);
	err = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);
	return err;
}

/**
 * module_unload() - unload the module
 *
 * Return: 0, or a negative errno of the kernel.
 */
int module_unload(void)
{
	return syscall(SYS_delete_module, "tcp_closestat", O_NONBLOCK) ?
		-errno : 0;
}

static pid_t main_process;
static bool was_loaded;

static void leave_as_found(void)
{
	/* A child that exits is not the end of the tests. */
	if (getpid() != main_process || module_loaded() == was_loaded)
		return;
	if (was_loaded)
		module_load();
	else
		module_unload();
}

static void remember(void)
{
	main_process = getpid();
	was_loaded = module_loaded();
	atexit(leave_as_found);
}

/**
 * module_needed() - load the module unless it is loaded
 *
 * To be called before the first test, by the process that runs them. When it
 * exits, the module is left as it was found.
 */
void module_needed(void)
{
	int err;

	remember();
	if (was_loaded)
		return;
	err = module_load();
	if (err)
		die("the module cannot be loaded: %s", strerror(-err));
}

/**
 * module_not_wanted() - unload the module if it is loaded
 *
 * As module_needed(), for tests that load it themselves.
 */
void module_not_wanted(void)
{
	int err;

	remember();
	if (!was_loaded)
		return;
	err = module_unload();
	if (err)
		die("the module cannot be unloaded: %s", strerror(-err));
}
