// SPDX-License-Identifier: GPL-2.0
#include "histfile.h"

#include "lib/procfile.h"
#include "module_missing.h"
#include "msg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HIST_FILE "thread-self/net/tcp_closestat_hist"

int histfile_load(struct hists *hists, char **text)
{
	size_t len;
	int ret;

	*hists = (struct hists){ 0 };
	*text = NULL;
	ret = procfile_read(HIST_FILE, text, &len);
	if (!ret)
		ret = hists_parse(*text, len, hists);
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}

int histfile_read(struct hists *hists, char **text)
{
	int ret = histfile_load(hists, text);

	switch (ret) {
	case 0:
		return EXIT_OK;
	case -ENOENT:
		return module_missing();
	case -EINVAL:
		return msg_error("/proc/%s is not in the format of tcp_closestat", HIST_FILE);
	default:
		return msg_error("cannot read /proc/%s: %s", HIST_FILE, strerror(-ret));
	}
}
