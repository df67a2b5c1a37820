#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=selftests/closelab_lib.sh
. "$(dirname "$0")/closelab_lib.sh"
closelab_test send-after-reset
