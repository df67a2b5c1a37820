/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_SHAKE_H
#define BENCH_SHAKE_H

void shake(void (*connect_pair)(int *client, int *server));

#endif
