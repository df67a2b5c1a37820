// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../tally.h"
#include "../trace_filter.h"

#include <errno.h>
#include <string.h>

#define EVENT "tcp_close: netns=4026531840 family=inet saddr=::ffff:10.0.0.1 sport=80 "	\
	"daddr=::ffff:10.0.0.2 dport=40000 ended=rst_sent rst=linger fin_wait1_us=0"

static void events_are_read(void)
{
	char line[] = "          nginx-1234  [001] ..s1.   123.456789: " EVENT;
	struct trace_line l;

	EXPECT(!trace_line_parse(line, "tcp_close", &l));
	EXPECT(l.us == 123456789);
	EXPECT(l.n == 9);
	EXPECT(!strcmp(trace_line_value(&l, "ended"), "rst_sent"));
	EXPECT(!strcmp(trace_line_value(&l, "fin_wait1_us"), "0"));
	EXPECT(!strcmp(trace_line_value(&l, "fin_wait"), ""));
}

/* The name of a task is what its user likes. */
static void names_of_tasks_do_not_matter(void)
{
	char line[] = ": tcp_close: -12 [001] ..s1.  7.000001: tcp_close: ended=timeout later=";
	struct trace_line l;

	EXPECT(!trace_line_parse(line, "tcp_close", &l));
	EXPECT(l.us == 7000001 && l.n == 2);
	EXPECT(!strcmp(trace_line_value(&l, "ended"), "timeout"));
}

/* Nor where it is told as one of the values, the last. */
static void names_of_tasks_as_values(void)
{
	char line[] = "x-1 [0] ... 7.000001: tcp_close: ended=timeout comm=a ended=b : tcp_close: ";
	struct trace_line l;

	EXPECT(!trace_line_parse(line, "tcp_close", &l));
	EXPECT(!strcmp(trace_line_value(&l, "ended"), "timeout"));
	EXPECT(!strcmp(trace_line_value(&l, "comm"), "a ended=b : tcp_close: "));
	EXPECT(l.n == 2);
}

static void count(struct tally *t, const char *fields)
{
	char line[128] = "x-1 [0] ... 7.000001: tcp_close: ";
	struct trace_line l;

	strcat(line, fields);
	EXPECT(!trace_line_parse(line, "tcp_close", &l));
	tally_add(t, &l, NULL, NULL);
}

static void counting(void)
{
	struct tally t = { 0 };

	EXPECT(tally_parse_keys(&t, "how,colour") == -ENOENT);
	t.n_keys = 0;
	EXPECT(tally_parse_keys(&t, "how,cause,port,peer,pport,program,unit") == -E2BIG);
	t.n_keys = 0;
	EXPECT(!tally_parse_keys(&t, "how,program") && t.n_keys == 2);
	for (int i = 0; i < 100; i++)
		count(&t, "ended=timeout comm=a b");
	for (int i = 0; i < 1000; i++) {
		char fields[64];

		snprintf(fields, sizeof(fields), "ended=e%d", i);
		count(&t, fields);
	}
	count(&t, "ended=e7");
	tally_sort(&t);
	EXPECT(t.total == 1101 && t.n == 1001 && !t.passed_over);
	EXPECT(t.rows[0].count == 100 && !strcmp(t.rows[0].cells[1], "a b"));
	EXPECT(t.rows[1].count == 2 && !strcmp(t.rows[1].cells[0], "e7"));
	tally_clear(&t);
	EXPECT(!t.total && t.n_keys == 2);
}

static int error(const char *text)
{
	struct trace_line l;
	char line[1024];

	strcpy(line, text);
	return trace_line_parse(line, "tcp_close", &l);
}

static void other_lines(void)
{
	EXPECT(error("") == -ENOMSG);
	EXPECT(error("CPU:0 [LOST 123 EVENTS]") == -ENOMSG);
	EXPECT(error("x-1 [0] ... 1.0: other_event: a=1") == -ENOMSG);
	EXPECT(error("x-1 [0] ... 1.0: tcp_close:") == -ENOMSG);
	EXPECT(error("x-1 [0] ... then: tcp_close: a=1") == -EINVAL);
	EXPECT(error("x-1 [0] ... 1.0: tcp_close: a") == -EINVAL);
	EXPECT(error("x-1 [0] ... 1.0: tcp_close: =1") == -EINVAL);
	EXPECT(error("x-1 [0] ... 1.0: tcp_close: a=1  b=2 c ") == 0);
}

static void too_many_fields(void)
{
	char text[1024] = "x-1 [0] ... 1.0: tcp_close:";

	for (int i = 0; i < TRACE_MAX_FIELDS; i++)
		strcat(text, " a=1");
	EXPECT(error(text) == 0);
	strcat(text, " a=1");
	EXPECT(error(text) == -EINVAL);
}

static bool holds(const char *condition)
{
	char line[] = "x-1 [0] ... 1.0: " EVENT;
	struct trace_condition c;
	struct trace_line l;

	return !trace_line_parse(line, "tcp_close", &l) && !trace_condition_parse(condition, &c) &&
	       trace_condition_holds(&c, &l);
}

static void filters(void)
{
	EXPECT(holds("port=80") && holds("port=40000") && !holds("port=8"));
	EXPECT(holds("sport=80") && !holds("sport=40000"));
	EXPECT(holds("dport=40000") && !holds("dport=80"));
	EXPECT(holds("addr=10.0.0.1") && holds("addr=10.0.0.2") && !holds("addr=10.0.0.3"));
	EXPECT(holds("addr=::ffff:10.0.0.1") && holds("addr=::ffff:a00:1"));
	EXPECT(holds("saddr=10.0.0.1") && !holds("saddr=10.0.0.2"));
	EXPECT(holds("daddr=10.0.0.2") && !holds("daddr=::1"));
	EXPECT(holds("peer=10.0.0.2") && !holds("peer=10.0.0.1") && !holds("program=nginx"));
	EXPECT(holds("kind=rst_sent") && holds("kind=ended_rst_sent") && !holds("kind=other"));
	EXPECT(holds("cause=linger") && holds("cause=rst_sent_linger") && !holds("cause=memory"));
}

static void wrong_filters(void)
{
	struct trace_condition c;

	EXPECT(trace_condition_parse("port", &c) == -ENOENT);
	EXPECT(trace_condition_parse("=80", &c) == -ENOENT);
	EXPECT(trace_condition_parse("por=80", &c) == -ENOENT);
	EXPECT(trace_condition_parse("ports=80", &c) == -ENOENT);
	EXPECT(trace_condition_parse("port=", &c) == -EINVAL);
	EXPECT(trace_condition_parse("port=http", &c) == -EINVAL);
	EXPECT(trace_condition_parse("port=65536", &c) == -EINVAL);
	EXPECT(trace_condition_parse("addr=10.0.0", &c) == -EINVAL);
	EXPECT(trace_condition_parse("addr=host", &c) == -EINVAL);
	EXPECT(trace_condition_parse("kind=rst", &c) == -EINVAL);
	EXPECT(trace_condition_parse("cause=-", &c) == -EINVAL);
	EXPECT(trace_condition_parse("kind=", &c) == -EINVAL);
	EXPECT(trace_condition_parse("kind=ended_", &c) == -EINVAL);
}

int main(void)
{
	tap_begin(8);
	RUN(events_are_read);
	RUN(names_of_tasks_do_not_matter);
	RUN(names_of_tasks_as_values);
	RUN(counting);
	RUN(other_lines);
	RUN(too_many_fields);
	RUN(filters);
	RUN(wrong_filters);
	return tap_end();
}
