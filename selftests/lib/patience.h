/* SPDX-License-Identifier: GPL-2.0 */
/* How much slower than others this kernel may be. */
#ifndef PATIENCE_H
#define PATIENCE_H

unsigned int patience(void);

/* Between them, by the linker's --wrap: alarm() */
unsigned int __real_alarm(unsigned int seconds);
unsigned int __wrap_alarm(unsigned int seconds);

#endif /* PATIENCE_H */
