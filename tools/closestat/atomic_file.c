// SPDX-License-Identifier: GPL-2.0
#include "atomic_file.h"

#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const struct atomic_file *f, int err)
{
	return msg_error("cannot write %s: %s", f->path, strerror(err));
}

int atomic_file_open(struct atomic_file *f, const char *path)
{
	int fd;

	f->stream = NULL;
	/* The temporary name ends so that no reader of *.prom or *.conf takes it for one. */
	if ((size_t)snprintf(f->path, sizeof(f->path), "%s", path) >= sizeof(f->path) ||
	    (size_t)snprintf(f->temporary, sizeof(f->temporary), "%s.XXXXXX", path) >=
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

int atomic_file_commit(struct atomic_file *f)
{
	int err = 0;

	if (fflush(f->stream) || ferror(f->stream) || fsync(fileno(f->stream)))
		err = errno ? : EIO;
	if (fclose(f->stream) && !err)
		err = errno;
	f->stream = NULL;
	if (!err && rename(f->temporary, f->path))
		err = errno;
	if (!err)
		return EXIT_OK;
	unlink(f->temporary);
	return failed(f, err);
}

void atomic_file_abort(struct atomic_file *f)
{
	if (!f->stream)
		return;
	fclose(f->stream);
	f->stream = NULL;
	unlink(f->temporary);
}
