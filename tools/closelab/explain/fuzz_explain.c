// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's entry, from reading to every output. What begins like pcap or pcapng
 * is read as a file is; all else are frames of a link type: two bytes of length,
 * one of time, then the frame.
 */
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "between.h"
#include "bytes.h"
#include "joint.h"
#include "notes.h"
#include "show.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int links[] = {
	DLT_EN10MB, DLT_RAW, DLT_NULL, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_PPP,
	DLT_PPP_ETHER, DLT_C_HDLC, DLT_NFLOG, DLT_IEEE802_11, DLT_IEEE802_11_RADIO,
};

static void take_frames(struct table *table, int link, const uint8_t *p, size_t left,
			struct read_result *result)
{
	int64_t at = 1000000000;

	while (left > 3) {
		uint32_t length = be16(p) & 0x3ff;
		uint32_t captured = length < left - 3 ? length : left - 3;
		/* A copy of its own, so that reading beyond is noticed. */
		uint8_t *frame = malloc(captured + 1);
		struct packet packet = { .frame = ++result->frames };

		if (!frame)
			return;
		at += (int64_t)((int8_t)p[2]) * 20000000;
		for (uint32_t i = 0; i < captured; i++)
			frame[i] = p[3 + i];
		frame = realloc(frame, captured ? captured : 1);
		if (packet_decode(link, frame, captured, length, &packet) == DECODED_TCP) {
			packet.at = at;
			result->last = at;
			table_take(table, &packet);
		}
		free(frame);
		p += 3 + captured;
		left -= 3 + captured;
	}
}

/* The capture compared with itself, and each connection with its neighbour. */
static void compare(struct table *table)
{
	struct between between;
	struct joint joint;

	if (joint_init(&joint, table, table))
		return;
	for (size_t i = 0; i < table->count; i++) {
		struct conn *far = joint.peer[i];
		struct conn *next = table->all[(i + 1) % table->count];

		if (far) {
			between_blame(table->all[i], far);
			between_compare(table->all[i], far, &between);
		}
		between_blame(table->all[i], next);
		between_compare(table->all[i], next, &between);
	}
	joint_free(&joint);
}

/* pcap of both byte orders and precisions, pcapng */
static bool is_file(const uint8_t *data, size_t size)
{
	static const uint32_t magic[] = {
		0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a,
	};

	for (size_t i = 0; size > 4 && i < sizeof(magic) / sizeof(magic[0]); i++)
		if (be32(data) == magic[i])
			return true;
	return false;
}

/* A file must have a name for source_read(), this one needs no disk. */
static void take_file(struct table *table, const uint8_t *data, size_t size,
		      struct read_result *result)
{
	struct source source = { .quiet = true };
	static char path[32];
	static int file = -1;

	if (file < 0) {
		file = memfd_create("capture", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	if (file < 0 || ftruncate(file, 0) || pwrite(file, data, size, 0) != (ssize_t)size)
		return;
	source.path = path;
	source.filter = data[size - 1] & 2 ? "tcp or vlan" : NULL;
	source_read(&source, table, result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct read_result result = { 0 };
	struct report report = { .result = &result, .verbose = true };
	static FILE *null;
	struct table table;

	if (!null)
		null = fopen("/dev/null", "w");
	if (!null || !size || table_init(&table, data[0] & 0x80))
		return 0;
	if (is_file(data, size)) {
		take_file(&table, data, size, &result);
	} else {
		take_frames(&table,
			    links[(data[0] & 0x7f) % (sizeof(links) / sizeof(links[0]))],
			    data + 1, size - 1, &result);
		table_finish(&table);
	}
	if (data[size - 1] & 1)
		compare(&table);
	report.shown = calloc(table.count + 1, sizeof(*report.shown));
	for (size_t i = 0; report.shown && i < table.count; i++) {
		struct shown *shown = &report.shown[report.count++];

		shown->number = i + 1;
		shown->conn = table.all[i];
		judge(shown->conn, result.last, &shown->judgement);
		if (shown->conn->kept)
			show_ladder(null, null, shown);
	}
	show_proofs(null, &report);
	show_json(null, &report);
	free(report.shown);
	table_free(&table);
	return 0;
}
