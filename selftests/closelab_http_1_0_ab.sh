#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"
closelab_test http-1.0-ab
