#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The module as it is where ftrace cannot change arguments: TIME_WAIT has to
# last as long with it.
ko=$(cd "$(dirname "$0")" && pwd)/variants/kprobes/tcp_closestat.ko
skip=4

if [ ! -e "$ko" ]; then
	echo "# SKIP: not built, there were no kernel headers"
	exit $skip
fi
if [ -e /sys/module/tcp_closestat ]; then
	echo "# SKIP: another build of the module is loaded"
	exit $skip
fi
TCS_KO=$ko exec ./time_wait --brief
