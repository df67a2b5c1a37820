/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces, each held by a file descriptor alone. */
#ifndef NETNS_H
#define NETNS_H

int netns_here(void);
int netns_new(void);
void netns_enter(int ns);

#endif /* NETNS_H */
