/* SPDX-License-Identifier: GPL-2.0 */
/* Loading and unloading the module under test. */
#ifndef MODLOAD_H
#define MODLOAD_H

#include <stdbool.h>

bool module_loaded(void);
void module_find(void);
char *module_beside_tests(const char *name);
void module_variant(const char *name);
int module_load(void);
int module_load_with(const char *parameters);
int module_unload(void);
void module_needed(void);
void module_not_wanted(void);

#endif /* MODLOAD_H */
