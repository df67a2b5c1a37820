/* SPDX-License-Identifier: GPL-2.0 */
/* By how many ticks jiffies is behind the clock. */
#ifndef TCS_TICK_LAG_H
#define TCS_TICK_LAG_H

void tcs_tick_lag_learn(void);
unsigned int tcs_tick_lag(void);

#endif /* TCS_TICK_LAG_H */
