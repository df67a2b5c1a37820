/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SipHash-1-3 over words: a table with it cannot be filled with collisions by
 * somebody who does not know the key.
 */
#ifndef EXPLAIN_SIPHASH_H
#define EXPLAIN_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct sipkey {
	uint64_t key[2];
};

static inline uint64_t rotate_left(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static inline void sipround(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate_left(v[1], 13) ^ v[0];
	v[0] = rotate_left(v[0], 32);
	v[2] += v[3];
	v[3] = rotate_left(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate_left(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate_left(v[1], 17) ^ v[2];
	v[2] = rotate_left(v[2], 32);
}

static inline uint64_t siphash(const uint64_t *word, size_t words,
			       const struct sipkey *key)
{
	uint64_t v[4] = {
		key->key[0] ^ 0x736f6d6570736575ULL,
		key->key[1] ^ 0x646f72616e646f6dULL,
		key->key[0] ^ 0x6c7967656e657261ULL,
		key->key[1] ^ 0x7465646279746573ULL,
	};
	uint64_t last = (uint64_t)words << 59;

	for (size_t i = 0; i < words; i++) {
		v[3] ^= word[i];
		sipround(v);
		v[0] ^= word[i];
	}
	v[3] ^= last;
	sipround(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sipround(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
