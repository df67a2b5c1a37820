// SPDX-License-Identifier: GPL-2.0
#include "histfile.h"

#include "lib/procfile.h"
#include "module_missing.h"
#include "msg.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HIST_FILE "thread-self/net/tcp_closestat_hist"
#define ALL_HIST_FILE "tcp_closestat_all_hist"
#define ALL_FILE "tcp_closestat_all"

static bool exists(const char *file)
{
	char path[PATH_MAX];

	return !procfile_path(path, sizeof(path), file) && !access(path, F_OK);
}

bool histfile_is_of_all(void)
{
	return exists(ALL_HIST_FILE) || !exists(ALL_FILE);
}

static int missing(const char *file)
{
	if (!strcmp(file, ALL_HIST_FILE) && !histfile_is_of_all())
		return msg_error("the module is older than closestat: there is no /proc/%s", file);
	return module_missing();
}

static int explain(const char *file, int err)
{
	switch (err) {
	case 0:
		return EXIT_OK;
	case ENOENT:
		return missing(file);
	case EPERM:
	case EACCES:
		return msg_error("not permitted: /proc/%s needs CAP_NET_ADMIN on the host", file);
	case EINVAL:
		return msg_error("/proc/%s is not in the format of tcp_closestat", file);
	default:
		return msg_error("cannot read /proc/%s: %s", file, strerror(err));
	}
}

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
	return explain(HIST_FILE, -histfile_load(hists, text));
}

int histfile_read_all(struct histblocks *blocks, char **text)
{
	size_t len;
	int ret;

	*blocks = (struct histblocks){ 0 };
	*text = NULL;
	ret = procfile_read(ALL_HIST_FILE, text, &len);
	if (!ret)
		ret = histblocks_parse(*text, len, blocks);
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return explain(ALL_HIST_FILE, -ret);
}
