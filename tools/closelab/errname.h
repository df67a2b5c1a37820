/* SPDX-License-Identifier: GPL-2.0 */
/* Symbolic names of error numbers; the C library has them only since 2.32. */
#ifndef CLOSELAB_ERRNAME_H
#define CLOSELAB_ERRNAME_H

/**
 * errname() - the name of an error number
 * @err: the number
 *
 * Return: such as "ECONNRESET"; for the less common, what strerror() has.
 */
const char *errname(int err);

#endif
