/* SPDX-License-Identifier: GPL-2.0 */
/* A file that others see either as it was or complete, never half written. */
#ifndef CLOSESTAT_ATOMIC_FILE_H
#define CLOSESTAT_ATOMIC_FILE_H

#include <limits.h>
#include <stdio.h>

struct atomic_file {
	FILE *stream;	/* to write to; NULL when there is nothing to put in place */
	char path[PATH_MAX];
	char temporary[PATH_MAX];	/* empty: written in place */
};

/**
 * atomic_file_open - begin a file, beside the one it is to replace
 * @file: filled; to be ended with atomic_file_commit() or atomic_file_abort()
 * @path: of the file; its directory has to be there
 *
 * The file will have mode 0644. Of a symbolic link it is the target that is replaced. What is
 * there and no regular file is refused. Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int atomic_file_open(struct atomic_file *file, const char *path);

/**
 * atomic_file_open_any - as atomic_file_open(), and takes devices and pipes
 * @file: as there
 * @path: as there
 *
 * They are written to as they are: their readers see how far that has come.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int atomic_file_open_any(struct atomic_file *file, const char *path);

/**
 * atomic_file_commit - put the file in place
 * @file: which
 *
 * Says on stderr what is wrong; the old file stays then.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int atomic_file_commit(struct atomic_file *file);

/**
 * atomic_file_abort - give the file up and leave the old one
 * @file: which; may be zeroed
 */
void atomic_file_abort(struct atomic_file *file);

#endif
