#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shows the module at work: loads it and prints what it counts. TCS_KO is the
# module's file.
set -euo pipefail

insmod "${TCS_KO:?names the module file}"
cat /proc/tcp_closestat
