/* SPDX-License-Identifier: GPL-2.0 */
/* Compression as of gzip. */
#ifndef CLOSESTAT_GZIP_H
#define CLOSESTAT_GZIP_H

#include <stddef.h>

/**
 * gzip_pack - compress a text
 * @text: what
 * @len: bytes of it
 * @packed_len: set to the size of what it becomes
 *
 * Return: that, to be freed; NULL if it cannot be compressed: without memory, and in a closestat
 * that was built without zlib.
 */
char *gzip_pack(const char *text, size_t len, size_t *packed_len);

#endif
