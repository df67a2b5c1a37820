// SPDX-License-Identifier: GPL-2.0
#include "lib/tcp_diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define BUFFER_SIZE 32768

struct mnl_socket *tcp_diag_open(void)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int err;

	if (!nl || !mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		return nl;
	err = errno;
	mnl_socket_close(nl);
	errno = err;
	return NULL;
}

struct each {
	mnl_cb_t call;
	void *data;
};

static int whole(const struct nlmsghdr *header, void *data)
{
	const struct each *each = data;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(struct inet_diag_msg))
		return MNL_CB_OK;
	return each->call(header, each->data);
}

int tcp_diag_dump(struct mnl_socket *nl, u8 family, u32 states, u8 extensions, mnl_cb_t each,
		  void *data)
{
	char buffer[BUFFER_SIZE] = { 0 };
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct each arg = { each, data };
	struct inet_diag_req_v2 *request;
	int ret = MNL_CB_OK;
	ssize_t len;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = family;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_states = states;
	request->idiag_ext = extensions;
	if (mnl_socket_sendto(nl, header, header->nlmsg_len) < 0)
		return -errno;
	while (ret == MNL_CB_OK) {
		len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (len < 0)
			return -errno;
		errno = 0;
		ret = mnl_cb_run(buffer, len, family, mnl_socket_get_portid(nl), whole, &arg);
	}
	return ret == MNL_CB_STOP ? 0 : -(errno ? : ENOMEM);
}
