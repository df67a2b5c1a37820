// SPDX-License-Identifier: GPL-2.0
#include "gzip.h"

#include <stdlib.h>
#include <zlib.h>

/* As zlib.h has it: the largest window, and 16 for gzip's head and tail. */
#define WINDOW_BITS (15 + 16)
/* The level costs least; text as regular as this becomes a twentieth with it. */
#define LEVEL Z_BEST_SPEED
#define MEM_LEVEL 8

static int pack(z_stream *z, char *packed, size_t size, const char *text, size_t len)
{
	z->next_in = (Bytef *)text;
	z->avail_in = len;
	z->next_out = (Bytef *)packed;
	z->avail_out = size;
	/* zlib's own type is narrower than a size. */
	if (z->avail_in != len || z->avail_out != size)
		return Z_BUF_ERROR;
	return deflate(z, Z_FINISH);
}

char *gzip_pack(const char *text, size_t len, size_t *packed_len)
{
	z_stream z = { 0 };
	char *packed;
	size_t size;
	int ret;

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_BITS, MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	size = deflateBound(&z, len);
	packed = malloc(size);
	ret = packed ? pack(&z, packed, size, text, len) : Z_MEM_ERROR;
	*packed_len = z.total_out;
	deflateEnd(&z);
	if (ret == Z_STREAM_END)
		return packed;
	free(packed);
	return NULL;
}
