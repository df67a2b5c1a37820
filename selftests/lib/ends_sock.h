/* SPDX-License-Identifier: GPL-2.0 */
/* Operations and waits of the ends of a connection; failures end the test. */
#ifndef ENDS_SOCK_H
#define ENDS_SOCK_H

#include <netinet/in.h>
#include <netinet/tcp.h>

int tcp_state(int fd);
int unacked(int fd);
void wait_input(int fd);
void wait_eof(int fd);
void send_text(int fd, const char *text);
void expect_text(int fd, const char *text);
void set_opt(int fd, int level, int opt, int value);
void set_linger0(int fd);
void close_in_fin_wait2(int fd);

/* wait_state(fd, state) - until the socket is in that TCP state */
#define wait_state(fd, state) until(tcp_state(fd) == (state))

#endif /* ENDS_SOCK_H */
