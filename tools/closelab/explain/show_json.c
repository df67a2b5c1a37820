// SPDX-License-Identifier: GPL-2.0
#include "show.h"

#include <arpa/inet.h>
#include <json-c/json.h>

#include "between.h"
#include "notes.h"

static void put(json_object *object, const char *key, json_object *value)
{
	json_object_object_add(object, key, value);
}

static void put_text(json_object *object, const char *key, const char *text)
{
	put(object, key, json_object_new_string(text));
}

static void put_number(json_object *object, const char *key, int64_t number)
{
	put(object, key, json_object_new_int64(number));
}

static json_object *seconds(int64_t ns)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld.%09lld", (long long)(ns / 1000000000),
		 (long long)(ns % 1000000000));
	return json_object_new_double_s(ns / 1e9, text);
}

static json_object *causes(uint32_t causes)
{
	json_object *array = json_object_new_array();

	for (int i = 0; i < CAUSES; i++)
		if (causes & 1U << i)
			json_object_array_add(array,
					      json_object_new_string(cause_name(i)));
	return array;
}

static json_object *proofs_json(const struct conn *conn, int side)
{
	json_object *array = json_object_new_array();
	struct proofs proofs, *v = &proofs;

	judge_proof(conn, side, v);
	for (int i = 0; i < v->count; i++) {
		json_object *object = json_object_new_object();

		put_number(object, "frame", v->proof[i].frame);
		put_text(object, "shows", v->proof[i].text);
		if (v->proof[i].rule)
			put_text(object, "rule", v->proof[i].rule);
		json_object_array_add(array, object);
	}
	return array;
}

static json_object *end_json(const struct shown *shown, int side, bool verbose)
{
	const struct end *e = &shown->conn->end[side];
	const struct verdict *v = &shown->judgement.end[side];
	json_object *object = json_object_new_object();
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(shown->conn->family, e->addr, address, sizeof(address));
	put_text(object, "address", address);
	put_number(object, "port", e->port);
	if (e->tag)
		put_number(object, "tag", e->tag);
	put_text(object, "ended", word_name(v->word));
	put(object, "causes", causes(v->causes));
	if (v->state != ST_UNKNOWN)
		put_text(object, "state", tcp_state_name(v->state));
	put(object, "as_far_as_captured", json_object_new_boolean(v->so_far));
	put_number(object, "segments", e->segments);
	put_number(object, "bytes", e->data);
	put_number(object, "rst", e->resets);
	put_number(object, "rst_no_socket", shown->conn->no_socket[side]);
	if (e->missing)
		put_number(object, "missing", e->missing);
	if (verbose)
		put(object, "proof", proofs_json(shown->conn, side));
	return object;
}

static json_object *notes_json(const struct shown *shown)
{
	json_object *array = json_object_new_array();
	struct notes notes;

	notes_make(shown->conn, &shown->judgement, &notes);
	for (int i = 0; i < notes.count; i++) {
		json_object *object = json_object_new_object();

		if (notes.frame[i])
			put_number(object, "frame", notes.frame[i]);
		put_text(object, "text", notes.text[i]);
		json_object_array_add(array, object);
	}
	return array;
}

static void put_between(json_object *object, const struct shown *shown)
{
	json_object *array = json_object_new_array();
	struct between between;

	between_compare(shown->conn, shown->peer, &between);
	for (int i = 0; i < between.count; i++)
		json_object_array_add(array, json_object_new_string(between.text[i]));
	put(object, "between", array);
	put(object, "between_left_out", json_object_new_boolean(between.left_out));
}

static json_object *conn_json(const struct shown *shown, const struct report *report)
{
	bool verbose = report->verbose;

	const struct conn *conn = shown->conn;
	json_object *object = json_object_new_object();

	put_number(object, "number", shown->number);
	put(object, "start", seconds(conn->start));
	put(object, "duration", seconds(conn->last - conn->start));
	if (show_closing(conn) >= 0)
		put(object, "closing", seconds(show_closing(conn)));
	put_number(object, "first_frame", conn->first_frame);
	put_number(object, "last_frame", conn->last_frame);
	put(object, "roles_sure", json_object_new_boolean(conn->client_sure));
	put(object, "client", end_json(shown, conn->client, verbose));
	put(object, "server", end_json(shown, !conn->client, verbose));
	put_text(object, "time_wait", holder_name(shown->judgement.holder));
	put(object, "wrong", json_object_new_boolean(shown->judgement.wrong));
	put(object, "notes", notes_json(shown));
	if (report->joined) {
		put(object, "in_peer", json_object_new_boolean(!!shown->peer));
		if (shown->peer)
			put_between(object, shown);
	}
	return object;
}

static json_object *capture_json(const struct read_result *result)
{
	static const char * const kinds[] = {
		[DECODED_TCP] = "tcp", [DECODED_OTHER] = "other_ip",
		[DECODED_NOT_IP] = "not_ip", [DECODED_CUT] = "cut",
		[DECODED_BAD] = "bad", [DECODED_FRAGMENT] = "fragments",
		[DECODED_SEALED] = "encrypted",
	};
	json_object *object = json_object_new_object();

	put_number(object, "frames", result->frames);
	for (int i = 0; i < DECODED_KINDS; i++)
		put_number(object, kinds[i], result->kind[i]);
	put_number(object, "dropped", result->dropped);
	put(object, "truncated", json_object_new_boolean(result->truncated));
	return object;
}

int show_json(FILE *out, const struct report *report)
{
	/* One connection at a time: there may be a million of them. */
	json_object *capture = capture_json(report->result);

	fprintf(out, "{\n\"capture\": %s,\n\"connections\": [",
		json_object_to_json_string_ext(capture, JSON_C_TO_STRING_SPACED));
	json_object_put(capture);
	for (size_t i = 0; i < report->count; i++) {
		json_object *object = conn_json(&report->shown[i], report);
		const char *text = json_object_to_json_string_ext(object,
						JSON_C_TO_STRING_SPACED);

		if (!text) {
			json_object_put(object);
			return -1;
		}
		fprintf(out, "%s\n%s", i ? "," : "", text);
		json_object_put(object);
	}
	fputs("\n]\n}\n", out);
	return 0;
}
