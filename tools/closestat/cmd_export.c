// SPDX-License-Identifier: GPL-2.0
/* closestat export: counters, gauges and histograms for Prometheus. */
#include "atomic_file.h"
#include "command.h"
#include "export_http.h"
#include "export_render.h"
#include "msg.h"

#include <stdio.h>

static int to_stdout(const struct options *o, const struct export_data *data)
{
	int ret = export_write(data, stdout, o->openmetrics);

	if (!ret && (fflush(stdout) || ferror(stdout)))
		ret = msg_error("cannot write: %m");
	return ret;
}

static int to_file(const struct options *o, const struct export_data *data)
{
	struct atomic_file file;
	int ret;

	ret = atomic_file_open_any(&file, o->output);
	if (ret)
		return ret;
	ret = export_write(data, file.stream, o->openmetrics);
	if (!ret)
		return atomic_file_commit(&file);
	atomic_file_abort(&file);
	return ret;
}

static int export(const struct options *o, int n, char **words)
{
	struct export_data *data;
	int ret;

	if (n)
		return msg_usage("export", "unexpected '%s'", words[0]);
	if (o->http && (o->output || o->openmetrics))
		return msg_usage("export", "-H and -%c do not go together", o->output ? 'o' : 'O');
	if (o->http)
		return export_http(o->all);
	ret = export_read(&data, o->all);
	if (ret)
		return ret;
	ret = o->output ? to_file(o, data) : to_stdout(o, data);
	if (!ret && !o->output)
		export_tell_missing(data);
	export_free(data);
	return ret;
}

const struct command cmd_export = {
	.name = "export",
	.usage = "[-N NETNS | -A] [-O] [-o FILE | -H]",
	.summary = "Print the counters and histograms for Prometheus",
	.help = "The label 'netns' is the inode of the namespace, 'netns_name' its name in\n"
		"/run/netns, else of its container or service, else COMMAND/PID of a process.\n"
		"\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or\n"
		"                     a path\n"
		"  -A, --all          of every namespace; 'dead' is the total of those that are\n"
		"                     gone; settings are those of this namespace; the kernel's\n"
		"                     own counts and the range of ports are of every namespace\n"
		"                     that can be entered, which needs CAP_SYS_ADMIN\n"
		"  -r, --resolve docker\n"
		"                     ask Docker's daemon for names that its files do not tell\n"
		"  -o, --output FILE  to FILE, which always is complete, as node_exporter's textfile\n"
		"                     collector wants it; a device or pipe is written to as it is\n"
		"  -O, --openmetrics  in strict OpenMetrics, which neither that collector nor\n"
		"                     'promtool check metrics' reads\n"
		"  -H, --http         answer an HTTP request on stdin and stdout, for inetd or\n"
		"                     closestat-export.socket; the page is /metrics\n",
	.options = "NAoOHr",
	.run = export,
};
