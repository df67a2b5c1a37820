/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A namespace's counts of two kinds, the module's and the kernel's own, and what
 * became of them since they were looked at last.
 */
#ifndef OBSERVER_H
#define OBSERVER_H

#include <stdint.h>

#include "rows.h"

/* What the kernel itself counts about ends, by its name in nstat. */
#define MIBS(X)				\
	X(TcpAttemptFails)		\
	X(TcpEstabResets)		\
	X(TcpOutRsts)			\
	X(TcpRetransSegs)		\
	X(TcpCurrEstab)			\
	X(TcpExtTW)			\
	X(TcpExtTWRecycled)		\
	X(TcpExtTWKilled)		\
	X(TcpExtTCPTimeWaitOverflow)	\
	X(TcpExtTCPAbortOnData)		\
	X(TcpExtTCPAbortOnClose)	\
	X(TcpExtTCPAbortOnMemory)	\
	X(TcpExtTCPAbortOnTimeout)	\
	X(TcpExtTCPAbortOnLinger)	\
	X(TcpExtTCPAbortFailed)

#define MIB_ID(name) MIB_##name,
enum mib { MIBS(MIB_ID) N_MIBS };
#undef MIB_ID

/**
 * struct view - what is counted in a namespace at a moment
 * @rows: the module's rows
 * @mib: the kernel's own counts
 */
struct view {
	struct rows rows;
	uint64_t mib[N_MIBS];
};

void view_take(struct view *view, int ns);
int64_t view_change(const struct view *from, const struct view *to,
		    const char *name);
unsigned int view_differs(const struct view *from, int ns, const char *what,
			  const char *spec);

#endif /* OBSERVER_H */
