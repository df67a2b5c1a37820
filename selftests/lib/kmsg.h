/* SPDX-License-Identifier: GPL-2.0 */
/* The module's messages in the kernel log. */
#ifndef KMSG_H
#define KMSG_H

#include <stdbool.h>

int kmsg_open(void);
bool kmsg_find(int fd, const char *text);

#endif /* KMSG_H */
