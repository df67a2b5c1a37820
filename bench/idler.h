/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_IDLER_H
#define BENCH_IDLER_H

void idler_start(void);
void idler_stop(void);
void idler_begin(void);
double idler_busy_ns(void);

#endif
