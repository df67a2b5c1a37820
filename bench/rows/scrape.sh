# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What a scrape of many namespaces costs, and what of it is to enter them for the kernel's own
# counters, readable only from inside each.

: "${NAMESPACES:=1000}"

closestat=$TCS_SRC/tools/closestat/closestat

# scrape ROW COMMAND... - measure it, its program and what that is made of from memory
scrape() {
	"${@:2}" >/tmp/scraped
	measured "a scrape of $n namespaces" "$1" "$(/tmp/reading command 1 "${*:2} >/dev/null")"
	printf '%s: %s bytes, %s by gzip, %s namespaces entered\n' "$1" "$(stat -c %s /tmp/scraped)" \
		"$(gzip -c /tmp/scraped | wc -c)" "$(grep -c '^tcp_closestat_kernel_tw_total' /tmp/scraped)"
}

module_in
for n in $NAMESPACES; do
	# Where they have names, and so can be entered.
	mkdir -p /run/netns
	/tmp/namespaces keep /run/netns "$((n - ${kept:-0}))" "${kept:-0}"
	kept=$n
	/tmp/namespaces close /run/netns/*
	settle 1
	scrape "all entered" "$closestat" export -A
	scrape "none entered" setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
		"$closestat" export -A
done
module_out
