// SPDX-License-Identifier: GPL-2.0
#include "atomic_file.h"

#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const struct atomic_file *f, int err)
{
	return msg_error("cannot write %s: %s", f->path, strerror(err));
}

static int take_path(struct atomic_file *f, const char *path)
{
	f->stream = NULL;
	f->temporary[0] = '\0';
	if ((size_t)snprintf(f->path, sizeof(f->path), "%s", path) < sizeof(f->path))
		return EXIT_OK;
	return failed(f, ENAMETOOLONG);
}

int atomic_file_open(struct atomic_file *f, const char *path)
{
	char target[PATH_MAX];
	struct stat st;
	int fd;

	if (take_path(f, path))
		return EXIT_FAILED;
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return msg_error("cannot write %s: not a regular file", path);
	/* A link stays, and what it leads to is replaced. */
	if (!lstat(path, &st) && S_ISLNK(st.st_mode)) {
		if (!realpath(path, target))
			return failed(f, errno);
		strcpy(f->path, target);
	}
	/* The temporary name ends so that no reader of *.prom or *.conf takes it for one. */
	if ((size_t)snprintf(f->temporary, sizeof(f->temporary), "%s.XXXXXX", f->path) >=
	    sizeof(f->temporary))
		return failed(f, ENAMETOOLONG);
	fd = mkostemp(f->temporary, O_CLOEXEC);
	if (fd < 0)
		return failed(f, errno);
	f->stream = fdopen(fd, "w");
	if (!f->stream || fchmod(fd, 0644)) {
		int err = errno;

		if (!f->stream)
			close(fd);
		else
			fclose(f->stream);
		f->stream = NULL;
		unlink(f->temporary);
		return failed(f, err);
	}
	return EXIT_OK;
}

/*
 * What is there and cannot be replaced: a device or a pipe, or a file that has no name any more,
 * as /dev/stdout may lead to.
 */
static bool has_no_other(const char *path)
{
	char target[PATH_MAX];
	struct stat st;

	return !stat(path, &st) && (!S_ISREG(st.st_mode) || !realpath(path, target));
}

int atomic_file_open_any(struct atomic_file *f, const char *path)
{
	int fd;

	if (!has_no_other(path))
		return atomic_file_open(f, path);
	if (take_path(f, path))
		return EXIT_FAILED;
	/* Without O_CREAT: should it go meanwhile, nothing is to be there instead. */
	fd = open(path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		f->stream = fdopen(fd, "w");
	if (f->stream)
		return EXIT_OK;
	if (fd >= 0)
		close(fd);
	return failed(f, errno);
}

/* Whether it is a new file, to be put in place of the old one. */
static bool is_new(const struct atomic_file *f)
{
	return *f->temporary;
}

int atomic_file_commit(struct atomic_file *f)
{
	int err = 0;

	if (fflush(f->stream) || ferror(f->stream) || (is_new(f) && fsync(fileno(f->stream))))
		err = errno ? : EIO;
	if (fclose(f->stream) && !err)
		err = errno;
	f->stream = NULL;
	if (!err && is_new(f) && rename(f->temporary, f->path))
		err = errno;
	if (!err)
		return EXIT_OK;
	if (is_new(f))
		unlink(f->temporary);
	return failed(f, err);
}

void atomic_file_abort(struct atomic_file *f)
{
	if (!f->stream)
		return;
	fclose(f->stream);
	f->stream = NULL;
	if (is_new(f))
		unlink(f->temporary);
}
