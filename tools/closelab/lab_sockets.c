// SPDX-License-Identifier: GPL-2.0
#include "lab_sockets.h"

#include "lab.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * An ACK of the FIN that comes while close() still owns the socket leaves a
 * full one in FIN_WAIT2, which ends in another way: it sends RST. No lab can
 * keep that from happening, and none is about it.
 */
static int want_timewait_sockets(struct lab *lab, int side)
{
	for (size_t i = 0; i < lab->last[side].count; i++) {
		if (!lab->last[side].socket[i].full_orphan)
			continue;
		lab->again = "an ACK came before close() was done";
		return lab_fail(lab, "%c has no timewait socket in FIN_WAIT2",
				'A' + side);
	}
	return 0;
}

int lab_look(struct lab *lab, int side)
{
	int family = lab->options.ipv6 ? AF_INET6 : AF_INET;
	int err = diag_dump(lab->diag[side], family, &lab->last[side]);

	if (err)
		return lab_fail(lab, "cannot list the sockets of %c: %s",
				'A' + side, strerror(-err));
	return lab->scenario->changes || lab->scenario->outcomes ?
	       want_timewait_sockets(lab, side) : 0;
}

char *lab_states(const struct lab *lab, int side, char *text, size_t size)
{
	size_t count[ST_COUNT] = { 0 };
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < lab->last[side].count; i++)
		count[lab->last[side].socket[i].state % ST_COUNT]++;
	count[ST_LISTEN] = 0;
	count[ST_CLOSE] = 0;
	for (int state = 1; state < ST_COUNT && len < size; state++) {
		if (!count[state])
			continue;
		len += snprintf(text + len, size - len, "%s%s", len ? " " : "",
				tcp_state_name(state));
		if (count[state] > 1 && len < size)
			len += snprintf(text + len, size - len, "*%zu",
					count[state]);
	}
	return text;
}
