/* SPDX-License-Identifier: GPL-2.0 */
/* The peers of a lab: processes of their own, each in its side's namespace. */
#ifndef CLOSELAB_LAB_PEERS_H
#define CLOSELAB_LAB_PEERS_H

#include "behaviour.h"

#include <stdbool.h>

struct lab;

/**
 * lab_peer_start() - start a peer
 * @lab: the lab
 * @number: of the peer
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_peer_start(struct lab *lab, int number);

/**
 * lab_peer_read() - take in what a peer has to tell
 * @lab: the lab
 * @number: of the peer
 *
 * Return: 0; -1 after lab_fail(): it ended, and should not have.
 */
int lab_peer_read(struct lab *lab, int number);

/**
 * lab_peer_go() - let a peer continue
 * @lab: the lab
 * @number: of the peer
 * @op: what it stands before
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_peer_go(struct lab *lab, int number, enum op_kind op);

/**
 * lab_peer_listens() - whether a peer comes to listen
 * @lab: the lab
 * @number: of the peer
 *
 * Return: whether its operations have OP_LISTEN.
 */
bool lab_peer_listens(const struct lab *lab, int number);

/**
 * lab_peer_side() - where a peer runs
 * @lab: the lab
 * @number: of the peer
 *
 * Return: 0 or 1.
 */
int lab_peer_side(const struct lab *lab, int number);

/**
 * lab_peers_close() - end all peers that still run
 * @lab: the lab
 */
void lab_peers_close(struct lab *lab);

#endif
