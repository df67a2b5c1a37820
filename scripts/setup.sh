#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Installs what the project needs from the distribution's packages.
set -euo pipefail

me=${0##*/}

# Which packages a group consists of, and what for:
declare -A packages=(
	# guests: their roots, the emulator, the kselftest framework
	[rig]="qemu-system-x86 mmdebstrap linux-source-6.1 rsync cpio xz-utils git make util-linux procps
		dpkg-dev"
	# the checkers of "make style"; checkpatch is in the rig's linux-source
	[style]="shellcheck perl linux-source-6.1 xz-utils git make"
	# building the tools and their unit tests on this machine
	[tools]="gcc libc6-dev make pkg-config libsmartcols-dev libmnl-dev libpcap-dev
		libncurses-dev libjson-c-dev libtracefs-dev libtraceevent-dev
		jq bsdutils iproute2 valgrind mandoc zsh python3-prometheus-client"
	# the results of "make bench", besides the rig
	[bench]="jq"
	# building the Debian packages on this machine
	[package]="build-essential debhelper dh-dkms pkg-config libsmartcols-dev libmnl-dev
		libpcap-dev libncurses-dev libjson-c-dev libtracefs-dev libtraceevent-dev"
	# drawing the README's pictures, besides the rig
	[pictures]="python3-pyte"
	# building the module for this machine's kernel
	[module]="gcc make linux-headers-amd64"
)

usage() {
	cat <<END
Usage: setup.sh [GROUP...]
Install the packages of these groups (default: rig style tools) that are not
there yet. Groups: ${!packages[*]}.
END
}

case ${1-} in
-h | --help) usage && exit ;;
esac
[ $# -gt 0 ] || set -- rig style tools
wanted=()
for group in "$@"; do
	if [ -z "${packages[$group]-}" ]; then
		printf '%s: no such group: %s\nTry %s --help.\n' "$me" "$group" "$me" >&2
		exit 2
	fi
	read -rd '' -a words <<<"${packages[$group]}" || true
	wanted+=("${words[@]}")
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "$me: this is not Debian (no dpkg, no apt-get); install yourself: ${wanted[*]}" >&2
	exit 1
fi

missing=()
for package in "${wanted[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || true
	[[ $state = installed || " ${missing[*]} " = *" $package "* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "$me: not root, cannot install: ${missing[*]}" >&2
	exit 1
fi

echo "installing packages: ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# An update may fail for a source that has nothing to do with us.
apt-get -q update >"$log" 2>&1 </dev/null || true
if ! apt-get -q -y --no-install-recommends install "${missing[@]}" >>"$log" 2>&1 </dev/null; then
	tail -n 30 "$log" >&2
	echo "$me: the packages could not be installed" >&2
	exit 1
fi
echo "installed in $SECONDS s" >&2
