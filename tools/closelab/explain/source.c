// SPDX-License-Identifier: GPL-2.0
#include "source.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "linktype.h"

#define LIVE_SNAPLEN 256
#define LIVE_TIMEOUT_MS 100
#define LIVE_BUFFER (16 << 20)
/* How long to wait for frames that the kernel has counted. */
#define LIVE_REST_MS 5000

/* How often to look at the clock, in frames. */
#define CLOCK_EVERY 16384

/* Further back than any queue holds a frame: the clock was set. */
#define SET_BACK_NS 500000000LL

/* From when on to tell how far it is, and how often where that fills a file. */
#define PATIENCE_S 2
#define SELDOM_S 10

volatile sig_atomic_t source_stop;

struct reader {
	const struct source *source;
	struct table *table;
	struct read_result *result;
	pcap_t *pcap;
	struct bpf_program filter;
	bool filtered;
	bool failed;
	FILE *file;
	off_t size;
	time_t begun;
	time_t told;
};

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static time_t seconds(void)
{
	return milliseconds() / 1000;
}

static void tell(struct reader *r)
{
	bool terminal = isatty(STDERR_FILENO);
	time_t now = seconds();
	time_t due = r->told ? r->told + (terminal ? 1 : SELDOM_S) : r->begun + PATIENCE_S;
	char rest[32] = "";

	if (r->source->quiet || now < due)
		return;
	r->told = now;
	if (r->size > 0)
		snprintf(rest, sizeof(rest), ", %d %%",
			 (int)(100.0 * ftello(r->file) / r->size));
	else if (r->source->seconds)
		snprintf(rest, sizeof(rest), ", %lld s more",
			 (long long)(r->begun + r->source->seconds - now));
	fprintf(stderr, "closelab: %llu frames%s%s",
		(unsigned long long)r->result->frames, rest, terminal ? "\033[K\r" : "\n");
}

static bool wanted(const struct reader *r, const struct packet *p)
{
	struct pcap_pkthdr header = {
		.caplen = p->ip_captured, .len = p->ip_captured,
	};

	return pcap_offline_filter(&r->filter, &header, p->ip);
}

/*
 * With nanosecond precision, tv_usec holds nanoseconds. A file may say any time;
 * differences are to fit.
 */
static int64_t nanoseconds(const struct pcap_pkthdr *header)
{
	int64_t s = header->ts.tv_sec, ns = header->ts.tv_usec;

	/* The 32 bits of a pcap are unsigned, and reach until 2106; libpcap sign-extends them. */
	if (s < 0)
		s = (uint32_t)s;
	if (s > UINT32_MAX)
		s = UINT32_MAX;
	return s * 1000000000 + (ns < 0 || ns > 999999999 ? 0 : ns);
}

static void take(struct reader *r, const struct pcap_pkthdr *header,
		 const uint8_t *frame)
{
	struct read_result *result = r->result;
	struct packet packet;
	enum decoded kind;

	packet.frame = ++result->frames;
	kind = packet_decode(result->link, frame, header->caplen,
			     header->len < header->caplen ? header->caplen : header->len,
			     &packet);
	result->kind[kind]++;
	packet.at = nanoseconds(header);
	if (kind == DECODED_OTHER && packet.unreachable)
		table_unreachable(r->table, &packet);
	if (kind != DECODED_TCP)
		return;
	packet.wanted = r->filtered && wanted(r, &packet);
	if (!result->first)
		result->first = packet.at;
	/* A clock that was set back tells the time from then on. */
	if (packet.at > result->last || result->last - packet.at > SET_BACK_NS)
		result->last = packet.at;
	if (!table_take(r->table, &packet)) {
		r->failed = true;
		snprintf(result->error, sizeof(result->error), "%s", strerror(ENOMEM));
	}
}

static int compile(struct reader *r)
{
	pcap_t *dead;
	int err = 0;

	if (!r->source->filter)
		return 0;
	dead = pcap_open_dead(DLT_RAW, 65535);
	if (!dead)
		return -1;
	if (pcap_compile(dead, &r->filter, r->source->filter, 1,
			 PCAP_NETMASK_UNKNOWN) < 0) {
		snprintf(r->result->error, sizeof(r->result->error), "filter: %s",
			 pcap_geterr(dead));
		err = -1;
	} else {
		r->filtered = true;
	}
	pcap_close(dead);
	return err;
}

static int open_file(struct reader *r)
{
	const char *path = r->source->path;
	char error[PCAP_ERRBUF_SIZE] = "";
	struct stat stat;

	r->file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	if (!r->file) {
		snprintf(r->result->error, sizeof(r->result->error), "%s: %s", path,
			 strerror(errno));
		return -1;
	}
	if (!fstat(fileno(r->file), &stat) && S_ISREG(stat.st_mode))
		r->size = stat.st_size;
	setvbuf(r->file, NULL, _IOFBF, 1 << 20);
	r->pcap = pcap_fopen_offline_with_tstamp_precision(r->file, PCAP_TSTAMP_PRECISION_NANO,
							   error);
	if (r->pcap)
		return 0;
	snprintf(r->result->error, sizeof(r->result->error), "%s: %s", path, error);
	if (r->file != stdin)
		fclose(r->file);
	return -1;
}

static int open_device(struct reader *r)
{
	struct read_result *result = r->result;
	const char *device = r->source->device;
	char error[PCAP_ERRBUF_SIZE] = "";
	int err;

	r->pcap = pcap_create(device, error);
	if (!r->pcap) {
		snprintf(result->error, sizeof(result->error), "%s: %s", device, error);
		return -1;
	}
	pcap_set_snaplen(r->pcap, LIVE_SNAPLEN);
	pcap_set_timeout(r->pcap, LIVE_TIMEOUT_MS);
	pcap_set_buffer_size(r->pcap, LIVE_BUFFER);
	pcap_set_tstamp_precision(r->pcap, PCAP_TSTAMP_PRECISION_NANO);
	err = pcap_activate(r->pcap);
	if (err >= 0)
		err = pcap_setnonblock(r->pcap, 1, error);
	if (err < 0) {
		snprintf(result->error, sizeof(result->error), "%s: %s", device,
			 *pcap_geterr(r->pcap) ? pcap_geterr(r->pcap) :
						 pcap_statustostr(err));
		return -1;
	}
	return 0;
}

static void read_file(struct reader *r)
{
	struct pcap_pkthdr *header;
	const uint8_t *frame;
	int got;

	while (!source_stop && !r->failed) {
		got = pcap_next_ex(r->pcap, &header, &frame);
		/* A signal ends the wait for a pipe. */
		if (got == PCAP_ERROR_BREAK || (got < 0 && source_stop))
			return;
		if (got < 0) {
			r->failed = true;
			r->result->truncated = true;
			snprintf(r->result->error, sizeof(r->result->error), "%s: %s",
				 r->source->path, pcap_geterr(r->pcap));
			return;
		}
		take(r, header, frame);
		if (!(r->result->frames % CLOCK_EVERY))
			tell(r);
	}
}

/* Take in one frame: whether there was one. */
static bool listen_once(struct reader *r)
{
	struct pcap_pkthdr *header;
	const uint8_t *frame;
	int got = pcap_next_ex(r->pcap, &header, &frame);

	if (got != 1 || !(r->result->frames % CLOCK_EVERY))
		tell(r);
	if (got == 1) {
		take(r, header, frame);
	} else if (got < 0) {
		r->failed = true;
		snprintf(r->result->error, sizeof(r->result->error), "%s: %s",
			 r->source->device, pcap_geterr(r->pcap));
	}
	return got == 1;
}

/* libpcap leaves out the second of the two times that a frame passes there. */
static bool is_loopback(const char *device)
{
	struct ifreq request = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool loopback;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	loopback = fd >= 0 && !ioctl(fd, SIOCGIFFLAGS, &request) &&
		   request.ifr_flags & IFF_LOOPBACK;
	if (fd >= 0)
		close(fd);
	return loopback || !strcmp(device, "any");
}

static void pause_listening(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

/*
 * Take in the frames that the kernel has counted until now. It holds back what does not fill a
 * block, for LIVE_TIMEOUT_MS of a timer of its own; where fewer are to come than are counted,
 * twice that has to do.
 */
static void listen_to_rest(struct reader *r)
{
	const int64_t stopped = milliseconds();
	int64_t patience = LIVE_REST_MS, before;
	struct pcap_stat stat;
	uint64_t counted = UINT64_MAX;

	if (!pcap_stats(r->pcap, &stat))
		counted = stat.ps_recv - stat.ps_drop;
	if (counted == UINT64_MAX || is_loopback(r->source->device))
		patience = 2 * LIVE_TIMEOUT_MS;
	while (!r->failed && r->result->frames < counted) {
		before = milliseconds();
		if (listen_once(r))
			continue;
		if (before >= stopped + patience)
			break;
		pause_listening();
	}
}

static void read_device(struct reader *r)
{
	const int64_t until = r->source->seconds ?
			      milliseconds() + r->source->seconds * 1000LL : INT64_MAX;
	struct pcap_stat stat;

	if (!r->source->quiet)
		fprintf(stderr, "closelab: listening on %s\n", r->source->device);
	while (!source_stop && !r->failed && milliseconds() < until)
		if (!listen_once(r))
			pause_listening();
	listen_to_rest(r);
	if (!pcap_stats(r->pcap, &stat))
		r->result->dropped = stat.ps_drop;
}

static void close_source(struct reader *r)
{
	if (r->filtered)
		pcap_freecode(&r->filter);
	if (r->pcap)
		pcap_close(r->pcap);
}

int source_read(const struct source *source, struct table *table,
		struct read_result *result)
{
	struct reader r = {
		.source = source, .table = table, .result = result,
		.begun = seconds(),
	};

	memset(result, 0, sizeof(*result));
	if (compile(&r) || (source->path ? open_file(&r) : open_device(&r))) {
		close_source(&r);
		return -1;
	}
	result->link = pcap_datalink(r.pcap);
	if (linktype_known(result->link)) {
		if (source->path)
			read_file(&r);
		else
			read_device(&r);
	} else {
		const char *name = pcap_datalink_val_to_name(result->link);

		r.failed = true;
		snprintf(result->error, sizeof(result->error),
			 "%s: link type %s (%d) cannot be read",
			 source->path ? source->path : source->device,
			 name ? name : "unknown", result->link);
	}
	if (r.told && isatty(STDERR_FILENO))
		fputs("\033[K", stderr);
	close_source(&r);
	/* What was read until then is told. */
	return table_finish(table) || r.failed ? -1 : 0;
}
