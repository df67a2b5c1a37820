/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the histograms of the network namespace the thread is in, or of all. */
#ifndef CLOSESTAT_HISTFILE_H
#define CLOSESTAT_HISTFILE_H

#include "hist.h"
#include "histblocks.h"

#include <stdbool.h>

/**
 * histfile_read - read the histograms
 * @hists: filled; to be released with hists_free()
 * @text: set to what the names in @hists point into, to be freed after @hists
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int histfile_read(struct hists *hists, char **text);

/**
 * histfile_load - the same, without messages
 * @hists: filled; to be released with hists_free()
 * @text: set to what the names in @hists point into, to be freed after @hists
 *
 * Return: 0, -ENOENT if the module is not loaded, or what else failed as a negative errno.
 */
int histfile_load(struct hists *hists, char **text);

/**
 * histfile_is_of_all - whether the module tells the histograms of all namespaces
 *
 * One that is older than this tool does not.
 *
 * Return: true if it does, or is not there.
 */
bool histfile_is_of_all(void);

/**
 * histfile_read_all - read the histograms of all namespaces
 * @blocks: filled; to be released with histblocks_free()
 * @text: set to what the names in @blocks point into, to be freed after @blocks
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int histfile_read_all(struct histblocks *blocks, char **text);

#endif
