// SPDX-License-Identifier: GPL-2.0
#include "ipvs.h"

#include "lib/procfile.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE 8192
#define DEFAULT_FIN_TIMEOUT 120
#define HEADING_LINES 3
#define FILE_SERVICES "thread-self/net/ip_vs"

struct answer {
	u16 wanted;	/* type of the attribute */
	u64 value;
	bool found;
};

bool ipvs_has_services(void)
{
	size_t lines = 0;
	char *text;

	if (procfile_read(FILE_SERVICES, &text, NULL))
		return false;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	free(text);
	return lines > HEADING_LINES;
}

/* As ip_vs_info_seq_show() writes it. */
static void format_service(u8 family, const struct in6_addr *address, u16 port, char *text,
			   size_t size)
{
	const u8 *b = address->s6_addr;
	size_t at;

	if (family == AF_INET) {
		snprintf(text, size, "TCP  %02X%02X%02X%02X:%04X ", b[0], b[1], b[2], b[3], port);
		return;
	}
	at = snprintf(text, size, "TCP  [");
	for (size_t i = 0; i < sizeof(address->s6_addr); i += 2)
		at += snprintf(text + at, size - at, "%s%02x%02x", i ? ":" : "", b[i], b[i + 1]);
	snprintf(text + at, size - at, "]:%04X ", port);
}

bool ipvs_has_service(u8 family, const struct in6_addr *address, u16 port)
{
	char service[64], *text;
	bool found;

	if (procfile_read(FILE_SERVICES, &text, NULL))
		return false;
	format_service(family, address, port, service, sizeof(service));
	found = strstr(text, service);
	free(text);
	return found;
}

static int take_attr(const struct nlattr *attr, void *data)
{
	struct answer *a = data;
	u32 value = 0;

	if (mnl_attr_get_type(attr) != a->wanted)
		return MNL_CB_OK;
	memcpy(&value, mnl_attr_get_payload(attr),
	       mnl_attr_get_payload_len(attr) < 4 ? 2 : sizeof(value));
	a->value = value;
	a->found = true;
	return MNL_CB_OK;
}

static int take_message(const struct nlmsghdr *header, void *data)
{
	mnl_attr_parse(header, sizeof(struct genlmsghdr), take_attr, data);
	return MNL_CB_OK;
}

/* One question, and of the answer the attribute that is wanted. */
static bool ask(struct mnl_socket *nl, u16 family, u8 command, u8 version, const char *name,
		struct answer *a)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;
	ssize_t len;

	header->nlmsg_type = family;
	header->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command;
	genl->version = version;
	if (name)
		mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(nl, header, header->nlmsg_len) < 0)
		return false;
	len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
	return len > 0 && mnl_cb_run(buffer, len, 0, 0, take_message, a) >= 0 && a->found;
}

u64 ipvs_fin_timeout(void)
{
	struct answer family = { .wanted = CTRL_ATTR_FAMILY_ID };
	struct answer timeout = { .wanted = IPVS_CMD_ATTR_TIMEOUT_TCP_FIN };
	struct mnl_socket *nl = mnl_socket_open(NETLINK_GENERIC);
	u64 seconds = DEFAULT_FIN_TIMEOUT;

	if (!nl)
		return seconds;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) >= 0 &&
	    ask(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, IPVS_GENL_NAME, &family) &&
	    ask(nl, family.value, IPVS_CMD_GET_CONFIG, IPVS_GENL_VERSION, NULL, &timeout))
		seconds = timeout.value;
	mnl_socket_close(nl);
	return seconds;
}
