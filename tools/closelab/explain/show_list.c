// SPDX-License-Identifier: GPL-2.0
#include "show.h"

#include <arpa/inet.h>
#include <libsmartcols/libsmartcols.h>
#include <string.h>
#include <time.h>

#include "between.h"
#include "notes.h"

char *show_end(const struct conn *conn, int side, char *text)
{
	const struct end *e = &conn->end[side];
	char address[INET6_ADDRSTRLEN] = "?";

	inet_ntop(conn->family, e->addr, address, sizeof(address));
	snprintf(text, END_TEXT, strchr(address, ':') ? "[%s]:%u" : "%s:%u", address,
		 e->port);
	return text;
}

char *show_verdict(const struct verdict *v, char *text, size_t size)
{
	char why[128];
	bool state = v->state != ST_UNKNOWN && (v->word == WORD_OPEN ||
		     v->word == WORD_HALF_CLOSED || v->word == WORD_TIMEOUT);

	cause_text(v->causes, why, sizeof(why));
	snprintf(text, size, "%s%s%s%s%s", word_name(v->word), *why ? " " : "", why,
		 state && v->state != ST_CLOSE ? " " : "",
		 state && v->state != ST_CLOSE ? tcp_state_name(v->state) : "");
	return text;
}

static void when(const struct conn *conn, char *text, size_t size)
{
	time_t s = conn->start / 1000000000;
	struct tm tm;

	if (!localtime_r(&s, &tm)) {
		snprintf(text, size, "?");
		return;
	}
	strftime(text, size, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text + strlen(text), size - strlen(text), ".%03d",
		 (int)(conn->start / 1000000 % 1000));
}

int64_t show_closing(const struct conn *conn)
{
	int64_t since = INT64_MAX;

	for (int side = 0; side < 2; side++) {
		const struct end *e = &conn->end[side];

		if (e->fins && e->fin_at < since)
			since = e->fin_at;
		if (e->over_by >= 0 && conn->reset[e->over_by].at < since)
			since = conn->reset[e->over_by].at;
	}
	return since == INT64_MAX ? -1 : conn->last > since ? conn->last - since : 0;
}

static int add_row(struct libscols_table *table, const struct shown *shown)
{
	const struct conn *conn = shown->conn;
	const struct judgement *j = &shown->judgement;
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[256];
	int64_t closing = show_closing(conn);
	int err;

	if (!line)
		return -1;
	snprintf(text, sizeof(text), "%zu", shown->number);
	err = scols_line_set_data(line, 0, text);
	when(conn, text, sizeof(text));
	err |= scols_line_set_data(line, 1, text);
	snprintf(text, sizeof(text), "%.3f", (conn->last - conn->start) / 1e9);
	err |= scols_line_set_data(line, 2, text);
	snprintf(text, sizeof(text), "%.3f", closing / 1e9);
	err |= scols_line_set_data(line, 3, closing < 0 ? "-" : text);
	err |= scols_line_set_data(line, 4, show_end(conn, conn->client, text));
	err |= scols_line_set_data(line, 5, show_end(conn, !conn->client, text));
	err |= scols_line_set_data(line, 6, show_verdict(&j->end[conn->client], text,
							 sizeof(text)));
	err |= scols_line_set_data(line, 7, show_verdict(&j->end[!conn->client], text,
							 sizeof(text)));
	snprintf(text, sizeof(text), "%s%s", holder_name(j->holder),
		 (j->end[0].causes | j->end[1].causes) & CAUSE_OR_GONE ? ", if it lived" : "");
	err |= scols_line_set_data(line, 8, text);
	return err ? -1 : 0;
}

int show_list(const struct report *report)
{
	static const struct { const char *name; int flags; } columns[] = {
		{ "NUMBER", SCOLS_FL_RIGHT }, { "START", 0 },
		{ "SECONDS", SCOLS_FL_RIGHT }, { "CLOSING", SCOLS_FL_RIGHT },
		{ "CLIENT", 0 }, { "SERVER", 0 },
		{ "CLIENT-ENDED", 0 }, { "SERVER-ENDED", 0 }, { "TIME_WAIT", 0 },
	};
	struct libscols_table *table = scols_new_table();
	int err = table ? 0 : -1;

	for (size_t i = 0; !err && i < sizeof(columns) / sizeof(columns[0]); i++)
		if (!scols_table_new_column(table, columns[i].name, 0, columns[i].flags))
			err = -1;
	for (size_t i = 0; !err && i < report->count; i++)
		err = add_row(table, &report->shown[i]);
	if (!err)
		err = scols_print_table(table);
	scols_unref_table(table);
	return err ? -1 : 0;
}

static void print_proofs(FILE *out, const char *who, const struct shown *shown,
			 int side)
{
	const struct verdict *v = &shown->judgement.end[side];
	struct proofs proofs;
	char text[256];

	judge_proof(shown->conn, side, &proofs);
	fprintf(out, "  %s: %s%s\n", who, show_verdict(v, text, sizeof(text)),
		v->so_far ? ", as far as captured" : "");
	for (int i = 0; i < proofs.count; i++) {
		const struct proof *proof = &proofs.proof[i];

		if (proof->frame)
			fprintf(out, "    frame %llu: %s", (unsigned long long)proof->frame,
				proof->text);
		else
			fprintf(out, "    %s", proof->text);
		if (proof->rule)
			fprintf(out, " [%s]\n", proof->rule);
		else
			fputc('\n', out);
	}
}

void show_proofs(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct shown *shown = &report->shown[i];
		const struct conn *conn = shown->conn;
		char client[END_TEXT], server[END_TEXT];
		struct notes notes;

		fprintf(out, "%s%zu: %s > %s, frames %llu to %llu\n", i ? "\n" : "",
			shown->number, show_end(conn, conn->client, client),
			show_end(conn, !conn->client, server),
			(unsigned long long)conn->first_frame,
			(unsigned long long)conn->last_frame);
		print_proofs(out, "client", shown, conn->client);
		print_proofs(out, "server", shown, !conn->client);
		fprintf(out, "  TIME_WAIT: %s\n", holder_name(shown->judgement.holder));
		notes_make(conn, &shown->judgement, &notes);
		for (int n = 0; n < notes.count; n++) {
			if (notes.frame[n])
				fprintf(out, "  note, frame %llu: %s\n",
					(unsigned long long)notes.frame[n], notes.text[n]);
			else
				fprintf(out, "  note: %s\n", notes.text[n]);
		}
	}
}

void show_between(FILE *out, const struct report *report)
{
	fputs("\nBetween the two captures:\n", out);
	for (size_t i = 0; i < report->count; i++) {
		const struct shown *shown = &report->shown[i];
		struct between between;

		if (!shown->peer) {
			fprintf(out, "%zu: not in the other capture\n", shown->number);
			continue;
		}
		between_compare(shown->conn, shown->peer, &between);
		for (int n = 0; n < between.count; n++)
			fprintf(out, "%zu: %s\n", shown->number, between.text[n]);
		if (between.left_out)
			fprintf(out, "%zu: not all of it could be compared\n", shown->number);
	}
}

void show_capture(FILE *out, const struct read_result *result)
{
	static const struct { enum decoded kind; const char *text; } skipped[] = {
		{ DECODED_NOT_IP, "are no IP" },
		{ DECODED_CUT, "are cut before their ports and numbers" },
		{ DECODED_BAD, "have a header that contradicts itself" },
		{ DECODED_FRAGMENT, "are fragments without a TCP header" },
		{ DECODED_SEALED, "are encrypted (ESP)" },
	};

	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (result->kind[skipped[i].kind])
			fprintf(out, "closelab: %llu of %llu frames %s: skipped\n",
				(unsigned long long)result->kind[skipped[i].kind],
				(unsigned long long)result->frames, skipped[i].text);
	if (result->dropped)
		fprintf(out, "closelab: %u frames were lost: there was no room for them\n",
			result->dropped);
}
