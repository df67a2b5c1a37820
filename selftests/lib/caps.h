/* SPDX-License-Identifier: GPL-2.0 */
/* Running a part of a test with fewer capabilities. */
#ifndef CAPS_H
#define CAPS_H

int in_child(int (*part)(void *arg), void *arg);
void become_nobody(void);
void drop_capabilities(void);
void enter_user_namespace(void);

#endif /* CAPS_H */
