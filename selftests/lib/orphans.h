/* SPDX-License-Identifier: GPL-2.0 */
/* Too many orphans: tcp_check_oom() resets where the application is gone. */
#ifndef ORPHANS_H
#define ORPHANS_H

#include "ends_lab.h"

void without_orphans(const struct ends_lab *lab, void (*run)(const struct ends_lab *lab));

#endif /* ORPHANS_H */
