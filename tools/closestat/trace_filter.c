// SPDX-License-Identifier: GPL-2.0
#include "trace_filter.h"

#include "lib/units.h"
#include "../../module/counters_list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

enum value_type {
	TYPE_PORT,
	TYPE_ADDRESS,
	TYPE_WORD,
};

struct trace_condition_kind {
	const char *name;
	enum value_type type;
	const char *fields[2];	/* of the event; one of them has to match */
	const char *prefix;	/* that a word may have: it has it as a counter */
	const char *values;	/* what is allowed; with a prefix, all the words there are */
};

/* As a list, its first blank is left out. */
#define NAME(id, name, help) " " #name
#define PORT "a number from 0 to 65535"
#define ADDRESS "an IPv4 or IPv6 address"

static const struct trace_condition_kind kinds[] = {
	{ .name = "port", .type = TYPE_PORT, .fields = { "sport", "dport" },
	  .values = PORT },
	{ .name = "sport", .type = TYPE_PORT, .fields = { "sport" },
	  .values = PORT },
	{ .name = "dport", .type = TYPE_PORT, .fields = { "dport" },
	  .values = PORT },
	{ .name = "addr", .type = TYPE_ADDRESS, .fields = { "saddr", "daddr" },
	  .values = ADDRESS },
	{ .name = "saddr", .type = TYPE_ADDRESS, .fields = { "saddr" },
	  .values = ADDRESS },
	{ .name = "daddr", .type = TYPE_ADDRESS, .fields = { "daddr" },
	  .values = ADDRESS },
	{ .name = "peer", .type = TYPE_ADDRESS, .fields = { "daddr" },
	  .values = ADDRESS },
	{ .name = "program", .type = TYPE_WORD, .fields = { "comm" }, .prefix = "",
	  .values = "a name" },
	{ .name = "kind", .type = TYPE_WORD, .fields = { "ended" }, .prefix = "ended_",
	  .values = &TCS_ENDS_BY_FIN(NAME) TCS_ENDS_OTHERWISE(NAME) " rst_sent"[1] },
	{ .name = "cause", .type = TYPE_WORD, .fields = { "rst" }, .prefix = "rst_sent_",
	  .values = &TCS_RSTS(NAME)[1] },
};

/* IPv4 is told as ::ffff:a.b.c.d, as the event does. */
static int parse_address(const char *text, struct in6_addr *address)
{
	*address = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	if (inet_pton(AF_INET, text, &address->s6_addr[12]) == 1)
		return 0;
	return inet_pton(AF_INET6, text, address) == 1 ? 0 : -EINVAL;
}

static const char *without_prefix(const char *word, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(word, prefix, len) ? word : word + len;
}

static bool is_one_of(const char *word, const char *values)
{
	size_t len = strlen(word);

	for (;; values++) {
		if (strcspn(values, " ") == len && !memcmp(values, word, len))
			return true;
		values += strcspn(values, " ");
		if (!*values)
			return false;
	}
}

static int parse_value(struct trace_condition *c, const char *text)
{
	switch (c->kind->type) {
	case TYPE_PORT:
		return parse_u64(text, &c->port) || c->port > 65535 ? -EINVAL : 0;
	case TYPE_ADDRESS:
		return parse_address(text, &c->address);
	default:
		c->word = without_prefix(text, c->kind->prefix);
		if (*c->kind->prefix)
			return is_one_of(c->word, c->kind->values) ? 0 : -EINVAL;
		return *c->word ? 0 : -EINVAL;
	}
}

int trace_condition_parse(const char *text, struct trace_condition *c)
{
	const char *value = strchr(text, '=');

	if (!value)
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct trace_condition_kind *kind = &kinds[i];

		if (strlen(kind->name) == (size_t)(value - text) &&
		    !memcmp(kind->name, text, value - text)) {
			*c = (struct trace_condition){ .kind = kind };
			return parse_value(c, value + 1);
		}
	}
	return -ENOENT;
}

const char *trace_condition_name(size_t i)
{
	return i < ARRAY_SIZE(kinds) ? kinds[i].name : NULL;
}

const char *trace_condition_values(const char *name)
{
	size_t len = strcspn(name, "=");

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i].name) == len && !memcmp(kinds[i].name, name, len))
			return kinds[i].values;
	}
	return "";
}

static bool matches(const struct trace_condition *c, const char *value)
{
	struct in6_addr address;
	u64 port;

	switch (c->kind->type) {
	case TYPE_PORT:
		return !parse_u64(value, &port) && port == c->port;
	case TYPE_ADDRESS:
		return !parse_address(value, &address) &&
		       !memcmp(&address, &c->address, sizeof(address));
	default:
		return !strcmp(value, c->word);
	}
}

bool trace_condition_holds(const struct trace_condition *c, const struct trace_line *line)
{
	const char *const *fields = c->kind->fields;

	return matches(c, trace_line_value(line, fields[0])) ||
	       (fields[1] && matches(c, trace_line_value(line, fields[1])));
}
