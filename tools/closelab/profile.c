// SPDX-License-Identifier: GPL-2.0
#include "profile.h"

#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RATE 10
#define SHORT_MS 1000

static void plan(struct way *way, long length_ms)
{
	const struct {
		const char *title;
		const struct proxy *proxy;
		long ms;
	} ways[PROFILES] = {
		{ "TIME_WAIT %g s", &nginx_close, length_ms },
		{ "TIME_WAIT %g s", &nginx_close, SHORT_MS },
		{ "kept connections, %g s", &nginx_keep, length_ms },
	};

	for (int i = 0; i < PROFILES; i++) {
		snprintf(way[i].title, sizeof(way[i].title), ways[i].title,
			 (double)ways[i].ms / 1000);
		way[i].proxy = ways[i].proxy;
		way[i].time_wait_ms = ways[i].ms;
		way[i].tw_reuse = REUSE_AS_IT_IS;
		way[i].rate = RATE;
		/* Gone after a third of the length: two teeth, and a third begun */
		way[i].ports = RATE * length_ms / 3000;
		way[i].seconds = length_ms * 23 / 10000;
	}
}

/* Full speed, then silence; the others never falter: an exit code. */
static int judge(const struct way *way)
{
	int code = EXIT_OK;

	for (int i = 0; i < PROFILES; i++) {
		const struct way *w = &way[i];
		unsigned int failed = 0, most = 0;

		for (unsigned int j = 0; j < w->seconds; j++) {
			failed += w->second[j].failed;
			if (w->second[j].time_wait > most)
				most = w->second[j].time_wait;
		}
		if (i ? failed : !failed || most != w->ports) {
			fprintf(stderr, "closelab: proxy: with %s %u requests failed, and at most %u of %u ports were in TIME_WAIT\n",
				w->title, failed, most, w->ports);
			code = EXIT_FAILED;
		}
	}
	return code;
}

static int draw(const struct way *way, const char *svg, bool unicode)
{
	FILE *out = svg ? fopen(svg, "we") : NULL;
	int failed = svg && !out;

	profile_text(stdout, way, unicode);
	if (out) {
		profile_svg(out, way);
		failed = ferror(out) | fclose(out);
	}
	if (failed)
		fprintf(stderr, "closelab: %s: %s\n", svg, strerror(errno));
	return failed ? EXIT_FAILED : EXIT_OK;
}

int profile_run(const struct lab_options *options, const char *svg,
		bool unicode)
{
	struct way *way = ways_new(PROFILES);
	int code, drawn;

	if (!way)
		return EXIT_FAILED;
	plan(way, options->time_wait_ms >= 0 ? options->time_wait_ms : KERNEL_MS);
	code = ways_run(options, way, PROFILES);
	if (!code) {
		code = judge(way);
		drawn = draw(way, svg, unicode);
		code = code ?: drawn;
	}
	ways_free(way, PROFILES);
	return code;
}
