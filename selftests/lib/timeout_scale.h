/* SPDX-License-Identifier: GPL-2.0 */
/* How much slower than others this kernel may be. */
#ifndef TIMEOUT_SCALE_H
#define TIMEOUT_SCALE_H

unsigned int timeout_scale(void);

/* Between them, by the linker's --wrap: alarm() */
unsigned int __real_alarm(unsigned int seconds);
unsigned int __wrap_alarm(unsigned int seconds);

#endif /* TIMEOUT_SCALE_H */
