// SPDX-License-Identifier: GPL-2.0
#include "sock_filter.h"

#include "endpoint.h"
#include "lib/units.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <strings.h>

static const char *const states[] = {
	[TCP_ESTABLISHED] = "ESTABLISHED", [TCP_SYN_SENT] = "SYN_SENT",
	[TCP_SYN_RECV] = "SYN_RECV", [TCP_FIN_WAIT1] = "FIN_WAIT1",
	[TCP_FIN_WAIT2] = "FIN_WAIT2", [TCP_TIME_WAIT] = "TIME_WAIT",
	[TCP_CLOSE] = "CLOSE", [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
	[TCP_LAST_ACK] = "LAST_ACK", [TCP_LISTEN] = "LISTEN", [TCP_CLOSING] = "CLOSING",
};

u32 sock_filter_closing(void)
{
	return BIT(TCP_CLOSE_WAIT) | BIT(TCP_FIN_WAIT1) | BIT(TCP_FIN_WAIT2) | BIT(TCP_CLOSING) |
	       BIT(TCP_LAST_ACK) | BIT(TCP_TIME_WAIT);
}

const char *sock_filter_state_name(u8 state)
{
	return state < ARRAY_SIZE(states) && states[state] ? states[state] : "?";
}

/* "fin-wait-1", as ss has it, is FIN_WAIT1, as the counters do. */
static bool is_state(const char *word, size_t len, const char *state)
{
	for (; len; word++, len--) {
		if (*word == '-' || *word == '_')
			continue;
		state += *state == '_';
		if (strncasecmp(word, state, 1))
			return false;
		state++;
	}
	return !*state;
}

static int parse_states(const char *text, u32 *bits)
{
	for (;; text++) {
		size_t len = strcspn(text, ","), i;

		for (i = 0; i < ARRAY_SIZE(states); i++) {
			if (states[i] && is_state(text, len, states[i]))
				break;
		}
		if (i < ARRAY_SIZE(states))
			*bits |= BIT(i);
		else if (len == 3 && !strncasecmp(text, "all", 3))
			*bits |= ~0U;
		else
			return -EINVAL;
		text += len;
		if (!*text)
			return 0;
	}
}

static int parse_port(const char *text, u16 *port)
{
	u64 value;

	if (parse_u64(text, &value) || !value || value > 65535)
		return -EINVAL;
	*port = value;
	return 0;
}

static int parse_word(const char *text, const char **word)
{
	*word = text;
	return *text ? 0 : -EINVAL;
}

static const char *const names[] = {
	"state", "port", "sport", "dport", "peer", "program", "unit", "older",
};

static const char *const values[] = {
	"all, or of these, with commas between: established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait close close-wait last-ack listen closing",
	"a number from 1 to 65535", "a number from 1 to 65535", "a number from 1 to 65535",
	"an address, or ADDRESS:PORT", "a name", "a name", "a length of time, as in 10min",
};

static int take(struct sock_filter *f, size_t name, const char *value)
{
	switch (name) {
	case 0:
		return parse_states(value, &f->states);
	case 1:
		return parse_port(value, &f->port);
	case 2:
		return parse_port(value, &f->sport);
	case 3:
		return parse_port(value, &f->dport);
	case 4:
		return endpoint_parse(value, &f->peer_family, &f->peer, &f->peer_port);
	case 5:
		return parse_word(value, &f->program);
	case 6:
		return parse_word(value, &f->unit);
	default:
		return parse_duration(value, US_PER_S, &f->older_us) ? -EINVAL : 0;
	}
}

int sock_filter_add(struct sock_filter *f, const char *text)
{
	size_t len = strcspn(text, "=");

	for (size_t i = 0; text[len] && i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) != len || strncmp(text, names[i], len))
			continue;
		f->n++;
		return take(f, i, text + len + 1);
	}
	return -ENOENT;
}

const char *sock_filter_name(size_t i)
{
	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

const char *sock_filter_values(const char *name)
{
	size_t len = strcspn(name, "=");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) == len && !strncmp(names[i], name, len))
			return values[i];
	}
	return "";
}

bool sock_filter_matches(const struct sock_filter *f, const struct sock *s)
{
	if (f->port && f->port != s->sport && f->port != s->dport)
		return false;
	if ((f->sport && f->sport != s->sport) || (f->dport && f->dport != s->dport))
		return false;
	if (f->peer_port && f->peer_port != s->dport)
		return false;
	if (f->peer_family && (f->peer_family != s->family ||
			       memcmp(&f->peer, &s->dst, f->peer_family == AF_INET ? 4 : 16)))
		return false;
	return true;
}
