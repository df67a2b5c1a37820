/* SPDX-License-Identifier: GPL-2.0 */
/* A table of what was made to fail, and what came of it. */
#ifndef TRIED_H
#define TRIED_H

void tried_note(const char *what, const char *where, const char *result);
void tried_print(void);

#endif /* TRIED_H */
