/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long the closing sockets of a namespace have been closing, one by one, on demand.
 *
 * Found as the baseline finds them: in the chains of the kernel's hash, each under its lock.
 * A socket in there is alive, and has not given up its record: it leaves its chain, under
 * that lock, before it goes to CLOSE. Records are looked up by socket, never the other way
 * round.
 */
#ifndef TCS_AGES_H
#define TCS_AGES_H

struct net;
struct seq_file;

long tcs_ages_next(struct net *net, long slot);
void tcs_ages_show(struct seq_file *seq, struct net *net, long slot);

#endif /* TCS_AGES_H */
