// SPDX-License-Identifier: GPL-2.0
#include "monitor_print.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* IPv4 without the ::ffff: that IPv6 tells it with. */
static const char *address(const struct trace_line *line, const char *key)
{
	const char *text = trace_line_value(line, key);

	if (strcmp(trace_line_value(line, "family"), "inet"))
		return text;
	return strncmp(text, "::ffff:", 7) ? text : text + 7;
}

static void print_endpoint(const struct trace_line *line, const char *addr, const char *port)
{
	const char *text = address(line, addr);

	printf(strchr(text, ':') ? " [%s]:%s" : " %s:%s", text, trace_line_value(line, port));
}

/* The lengths of time that are not 0: "fin_wait2_us=1500" as "fin_wait2 1.5 ms". */
static void print_durations(const struct trace_line *line)
{
	for (size_t i = 0; i < line->n; i++) {
		const char *unit = strrchr(line->fields[i].key, '_');
		char text[DURATION_SIZE];
		u64 value;

		if (!unit || (strcmp(unit, "_us") && strcmp(unit, "_ms")) ||
		    parse_u64(line->fields[i].value, &value) || !value)
			continue;
		if (!strcmp(unit, "_ms") && __builtin_mul_overflow(value, US_PER_MS, &value))
			continue;
		printf("  %.*s %s", (int)(unit - line->fields[i].key), line->fields[i].key,
		       format_duration(value, text));
	}
}

/* The task that closed, where the event tells one; its name is what its user likes. */
static void print_program(const struct trace_line *line)
{
	const char *name = trace_line_value(line, "comm");
	const char *pid = trace_line_value(line, "pid");

	if (!*name)
		return;
	fputs("  by ", stdout);
	for (; *name; name++)
		putchar(*name < ' ' || *name > '~' ? '?' : *name);
	if (*pid)
		printf("/%s", pid);
}

void monitor_print_header(bool netns)
{
	printf("TIME%s HOW[/CAUSE] OUR-END PEER'S-END  STATE TIME-IN-IT...\n",
	       netns ? " NETNS" : "");
}

void monitor_print_text(const struct trace_line *line, u64 us, const char *netns)
{
	const char *cause = trace_line_value(line, "rst");
	time_t seconds = us / US_PER_S;
	char day[16];

	strftime(day, sizeof(day), "%H:%M:%S", localtime(&seconds));
	printf("%s.%06llu", day, us % US_PER_S);
	if (netns)
		printf(" %s", netns);
	printf(" %s", trace_line_value(line, "ended"));
	if (*cause && strcmp(cause, "-"))
		printf("/%s", cause);
	print_endpoint(line, "saddr", "sport");
	print_endpoint(line, "daddr", "dport");
	print_durations(line);
	print_program(line);
	putchar('\n');
}

static void print_json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			printf("\\u%04x", (unsigned char)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

void monitor_print_json(const struct trace_line *line, u64 us)
{
	printf("{\"time\":%llu.%06llu", us / US_PER_S, us % US_PER_S);
	for (size_t i = 0; i < line->n; i++) {
		const char *key = line->fields[i].key;
		u64 number;

		putchar(',');
		print_json_string(key);
		putchar(':');
		if (!strcmp(key, "saddr") || !strcmp(key, "daddr"))
			print_json_string(address(line, key));
		else if (!strcmp(line->fields[i].value, "-1") && strcmp(key, "comm"))
			fputs("null", stdout);
		else if (!strcmp(key, "comm") || parse_u64(line->fields[i].value, &number))
			print_json_string(line->fields[i].value);
		else
			printf("%llu", number);
	}
	puts("}");
}
