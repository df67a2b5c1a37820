// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel with a net.ipv4.tcp_tw_timeout of its own, as vendors have it: per network
 * namespace, in seconds, and TIME_WAIT is that long. The self-test vendor_timeout loads
 * it before the module under test.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#define DEFAULT_S	10

static unsigned int vendor_id;

struct vendor_net {
	int seconds;
	struct ctl_table table[2];
	struct ctl_table_header *header;
};

/* A macro where the kernel wants a length: an empty last entry is refused there. */
#ifdef register_net_sysctl
#define register_one(net, table) register_net_sysctl_sz(net, "net/ipv4", table, 1)
#else
#define register_one(net, table) register_net_sysctl(net, "net/ipv4", table)
#endif

static int __net_init vendor_net_init(struct net *net)
{
	struct vendor_net *v = net_generic(net, vendor_id);

	v->seconds = DEFAULT_S;
	v->table[0] = (struct ctl_table){
		.procname = "tcp_tw_timeout",
		.data = &v->seconds,
		.maxlen = sizeof(v->seconds),
		.mode = 0644,
		.proc_handler = proc_dointvec,
	};
	v->header = register_one(net, v->table);
	return v->header ? 0 : -ENOMEM;
}

static void __net_exit vendor_net_exit(struct net *net)
{
	struct vendor_net *v = net_generic(net, vendor_id);

	unregister_net_sysctl_table(v->header);
}

static struct pernet_operations vendor_ops = {
	.init = vendor_net_init,
	.exit = vendor_net_exit,
	.id = &vendor_id,
	.size = sizeof(struct vendor_net),
};

static unsigned long *argument(struct pt_regs *regs, unsigned int n)
{
#ifdef CONFIG_X86_64
	switch (n) {
	case 0:
		return &regs->di;
	case 1:
		return &regs->si;
	default:
		return &regs->cx;
	}
#else
	return (unsigned long *)&regs->regs[n];
#endif
}

static void give(struct pt_regs *regs, unsigned int n)
{
	const struct inet_timewait_sock *tw = (void *)*argument(regs, 0);
	const struct net *net = twsk_net(tw);

	if (tw->tw_substate == TCP_TIME_WAIT && check_net(net)) {
		const struct vendor_net *v = net_generic(net, vendor_id);

		*argument(regs, n) = READ_ONCE(v->seconds) * HZ;
	}
}

/* __inet_twsk_schedule(tw, timeo, rearm) */
static int on_schedule(struct kprobe *kp, struct pt_regs *regs)
{
	give(regs, 1);
	return 0;
}

/* inet_twsk_hashdance_schedule(tw, sk, hashinfo, timeo) */
static int on_hashdance(struct kprobe *kp, struct pt_regs *regs)
{
	give(regs, 3);
	return 0;
}

static struct kprobe schedule_kp = {
	.symbol_name = "__inet_twsk_schedule",
	.pre_handler = on_schedule,
};

static struct kprobe hashdance_kp = {
	.symbol_name = "inet_twsk_hashdance_schedule",
	.pre_handler = on_hashdance,
};

static int __init vendor_init(void)
{
	int err = register_pernet_subsys(&vendor_ops);

	if (err)
		return err;
	err = register_kprobe(&schedule_kp);
	if (err) {
		unregister_pernet_subsys(&vendor_ops);
		return err;
	}
	/* From 6.11 on. */
	if (register_kprobe(&hashdance_kp))
		hashdance_kp.addr = NULL;
	return 0;
}

static void __exit vendor_exit(void)
{
	if (hashdance_kp.addr)
		unregister_kprobe(&hashdance_kp);
	unregister_kprobe(&schedule_kp);
	unregister_pernet_subsys(&vendor_ops);
}

module_init(vendor_init);
module_exit(vendor_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A net.ipv4.tcp_tw_timeout as vendor kernels have it, for tests");
