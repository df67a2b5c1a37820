#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What each way to run a proxy allows: within 5 % of ports / length where that holds, and
# no request without an answer where it does not. The rows of a minute take too long here;
# docs/img/make-pictures has them. A machine that is too busy for it skips; one whose clock
# counts instructions is never too busy, which is how scripts/check.sh runs it.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

closelab_begin 2
closelab_run proxy -4 --rates -t 10s
closelab_run proxy -6 --rates -t 1s
finish
