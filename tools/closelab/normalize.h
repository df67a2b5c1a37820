/* SPDX-License-Identifier: GPL-2.0 */
/* The part that is the same in every run of applications that nobody holds back. */
#ifndef CLOSELAB_NORMALIZE_H
#define CLOSELAB_NORMALIZE_H

#include "ladder.h"

/**
 * normalize_ladder() - leave out of a ladder what is chance
 * @ladder: the ladder
 *
 * Acknowledgments that come by themselves, and FIN_WAIT2, which such a one
 * begins; those of a handshake and of the last FIN are there in every run. A
 * segment that crossed no other but such a one is drawn in one piece.
 */
void normalize_ladder(struct ladder *ladder);

/**
 * normalize_until_close() - leave out what comes after the first close()
 * @ladder: the ladder
 */
void normalize_until_close(struct ladder *ladder);

#endif
