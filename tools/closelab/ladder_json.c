// SPDX-License-Identifier: GPL-2.0
#include "ladder.h"
#include "report.h"

#include <json-c/json.h>

static const char * const kinds[] = {
	[ROW_SEGMENT] = "segment", [ROW_SENT] = "sent",
	[ROW_ARRIVED] = "arrived", [ROW_LOST] = "lost",
	[ROW_REPLAYED] = "replayed", [ROW_CALL] = "call", [ROW_NOTE] = "note",
};

static const char * const sides[SIDES] = { "A", "B", "C" };

static void put(json_object *object, const char *key, json_object *value)
{
	json_object_object_add(object, key, value);
}

static void put_text(json_object *object, const char *key, const char *text)
{
	put(object, key, json_object_new_string(text));
}

/* The names of the ends of a leg begin with its first side's. */
static json_object *states(enum leg leg, const int state[2])
{
	json_object *object = json_object_new_object();

	for (int side = 0; side < 2; side++)
		if (state[side])
			put_text(object, sides[leg + side],
				 tcp_state_name(state[side]));
	return object;
}

static json_object *row_json(enum leg leg, const struct row *row)
{
	json_object *object = json_object_new_object();
	char flags[6], ms[32];

	snprintf(ms, sizeof(ms), "%.6f", (double)row->at / 1000000);
	put(object, "ms", json_object_new_double_s((double)row->at / 1000000,
						   ms));
	put_text(object, "kind", kinds[row->kind]);
	put_text(object, "side", sides[leg + row->side]);
	if (row->kind == ROW_CALL || row->kind == ROW_NOTE) {
		put_text(object, "text", row->text);
		return object;
	}
	put_text(object, "flags", segment_flags(row->flags, flags));
	put(object, "seq", json_object_new_int64(row->seq));
	if (row->flags & SEG_ACK)
		put(object, "ack", json_object_new_int64(row->ack));
	put(object, "length", json_object_new_int64(row->length));
	if (row->state[A] || row->state[B])
		put(object, "state", states(leg, row->state));
	return object;
}

static json_object *ladder_object(const struct ladder *ladder)
{
	json_object *object = json_object_new_object();
	json_object *ports = json_object_new_object();
	json_object *rows = json_object_new_array();

	for (int side = 0; side < 2; side++)
		put(ports, sides[ladder->leg + side],
		    json_object_new_int(ladder->port[side]));
	for (size_t i = 0; i < ladder->rows; i++)
		json_object_array_add(rows, row_json(ladder->leg,
						     &ladder->row[i]));
	put(object, "port", ports);
	put(object, "state", states(ladder->leg, ladder->first));
	put(object, "rows", rows);
	return object;
}

static json_object *sockets(const struct lab *lab, int side)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < lab->last[side].count; i++) {
		const struct diag_socket *s = &lab->last[side].socket[i];
		json_object *object = json_object_new_object();

		put_text(object, "state", tcp_state_name(s->state));
		put(object, "local", json_object_new_int(s->local));
		put(object, "remote", json_object_new_int(s->remote));
		if (s->timer_ms)
			put(object, "left_ms",
			    json_object_new_int64(s->timer_ms));
		json_object_array_add(array, object);
	}
	return array;
}

static json_object *counters(const struct lab *lab, int side)
{
	json_object *object = json_object_new_object();
	const char *name;
	size_t index = 0;
	long change;

	while ((name = report_counter(lab, side, &index, &change)))
		put(object, name, json_object_new_int64(change));
	return object;
}

int ladder_json(FILE *out, const struct lab *lab, const struct ladder *ladder,
		size_t count)
{
	json_object *root = json_object_new_object();
	json_object *connections = json_object_new_array();
	json_object *left = json_object_new_object();
	json_object *moved = json_object_new_object();
	const char *text;

	put_text(root, "scenario", lab->scenario->name);
	put_text(root, "title", lab->scenario->title);
	put_text(root, "family", lab->options.ipv6 ? "IPv6" : "IPv4");
	put(root, "as_expected", json_object_new_boolean(!lab->failures));
	if (lab->failures)
		put_text(root, "failure", lab->failure);
	if (*lab->result)
		put_text(root, "result", lab->result);
	put(root, "checks", json_object_new_int(lab->checks));
	for (size_t i = 0; i < count; i++)
		json_object_array_add(connections, ladder_object(&ladder[i]));
	put(root, "connections", connections);
	for (int side = 0; side < lab_sides(lab); side++) {
		put(left, sides[side], sockets(lab, side));
		put(moved, sides[side], counters(lab, side));
	}
	put(root, "sockets", left);
	put(root, "counters", moved);
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY);
	if (text)
		fprintf(out, "%s\n", text);
	json_object_put(root);
	return text ? 0 : -1;
}
