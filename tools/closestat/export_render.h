/* SPDX-License-Identifier: GPL-2.0 */
/* All that export tells, read and written at once. */
#ifndef CLOSESTAT_EXPORT_RENDER_H
#define CLOSESTAT_EXPORT_RENDER_H

#include <stdbool.h>
#include <stdio.h>

/* The input of an export; to be read whole before any of it is written. */
struct export_data;

/**
 * export_read - read counters, histograms and names
 * @data: set; to be released with export_free()
 * @all: of every namespace, else of the one the thread is in
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int export_read(struct export_data **data, bool all);

/**
 * export_write - write what has been read
 * @data: what
 * @to: where; whether it could be written is for the caller to see
 * @openmetrics: in strict OpenMetrics
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int export_write(const struct export_data *data, FILE *to, bool openmetrics);

/**
 * export_tell_missing - say on stderr what could not be read and is no error
 * @data: what has been read
 *
 * For one who reads it: what is scraped every few seconds would fill the log with it.
 */
void export_tell_missing(const struct export_data *data);

/**
 * export_free - release what export_read() made
 * @data: may be NULL
 */
void export_free(struct export_data *data);

#endif
