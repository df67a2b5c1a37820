#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Installs what the project needs from the distribution's packages.
set -euo pipefail

me=${0##*/}

# Which packages a group consists of, and what for:
declare -A packages=(
	# guests: their roots, the emulator, the kselftest framework
	[rig]="qemu-system-x86 qemu-system-arm mmdebstrap linux-source-6.1 rsync cpio xz-utils git make util-linux procps
		dpkg-dev"
	# the checkers of "make style"; checkpatch is in the rig's linux-source
	[style]="shellcheck perl linux-source-6.1 xz-utils git make yamllint python3-yaml"
	# building the tools and their unit tests on this machine
	[tools]="gcc libc6-dev make pkg-config libsmartcols-dev libmnl-dev libpcap-dev
		libncurses-dev libjson-c-dev libtracefs-dev libtraceevent-dev zlib1g-dev
		jq bsdutils iproute2 valgrind mandoc zsh python3-prometheus-client"
	# the tests that scrape the tool; Debian's package starts its daemon, under systemd
	[prometheus]="prometheus curl"
	# "make -C tools/closelab fuzz"
	[fuzz]="clang-14 libclang-rt-14-dev llvm-14 make pkg-config python3-minimal"
	# the results of "make bench", besides the rig
	[bench]="jq"
	# building the Debian packages on this machine
	[package]="build-essential debhelper dh-dkms pkg-config libsmartcols-dev libmnl-dev
		libpcap-dev libncurses-dev libjson-c-dev libtracefs-dev libtraceevent-dev
		zlib1g-dev"
	# looking at contrib/rpm and contrib/arch on this machine
	[foreign]="rpm rpmlint makepkg pacman-package-manager libarchive-tools"
	# drawing the README's pictures, besides the rig
	[pictures]="python3-pyte"
	# contrib/ci/vm, on Debian 13 and later: a virtual machine on the files of this one
	[ci]="virtme-ng qemu-system-x86 linux-image-amd64 linux-headers-amd64 linux-source gcc libc6-dev
		make pkg-config libsmartcols-dev libmnl-dev libpcap-dev libncurses-dev libjson-c-dev
		libtracefs-dev libtraceevent-dev zlib1g-dev iproute2 kmod procps nftables tcpdump
		libcap2-bin bc busybox-static perl python3-minimal xz-utils"
	# building the module for this machine's kernel; its headers are for module_headers to name
	[module]="gcc make"
	# "make dkms-install"
	[dkms]="dkms"
)

# What other distributions call what is needed to build for them, by their package manager
declare -A elsewhere=(
	[dnf tools]="gcc make pkgconf-pkg-config libsmartcols-devel libmnl-devel libpcap-devel
		ncurses-devel json-c-devel libtracefs-devel libtraceevent-devel zlib-devel"
	[dnf module]="gcc make elfutils-libelf-devel kernel-devel"
	[dnf dkms]="dkms"
	[zypper tools]="gcc make pkg-config libsmartcols-devel libmnl-devel libpcap-devel
		ncurses-devel libjson-c-devel libtracefs-devel libtraceevent-devel zlib-devel"
	[zypper module]="gcc make kernel-default-devel"
	[zypper dkms]="dkms"
	[pacman tools]="base-devel util-linux-libs libmnl libpcap ncurses json-c libtracefs
		libtraceevent zlib"
	[pacman module]="base-devel linux-headers"
	[pacman dkms]="dkms"
)
declare -A installs=([dnf]="dnf install" [zypper]="zypper install" [pacman]="pacman -S --needed")

# find_headers - the package of the running kernel's headers (KERNEL=RELEASE: of that one's); where
# there is none of that name, the one for its kind: of 6.1.0-9-cloud-amd64 that is cloud-amd64
find_headers() {
	local kind=${KERNEL:-$(uname -r)}

	until apt-cache show "linux-headers-$kind" >/dev/null 2>&1; do
		[[ $kind = *-* ]] || return
		kind=${kind#*-}
	done
	echo "linux-headers-$kind"
}

# module_headers - the same, also where apt has no lists yet
module_headers() {
	find_headers && return
	[ "$(id -u)" -ne 0 ] || apt-get -q update >/dev/null 2>&1 || true
	find_headers || echo "linux-headers-$(dpkg --print-architecture)"
}

# other_manager - which one there is instead of apt
other_manager() {
	local manager

	for manager in dnf zypper pacman; do
		if command -v $manager >/dev/null; then
			echo $manager
			return
		fi
	done
}

# how GROUP - the command that installs it here; no more than the names where it is not known
how() {
	local manager words

	if command -v apt-get >/dev/null; then
		words=${packages[$1]}
		[ "$1" != module ] || words+=" $(module_headers)"
		words="apt install $words"
	else
		manager=$(other_manager)
		words=${manager:+${installs[$manager]} ${elsewhere[$manager $1]-}}
	fi
	read -rd '' -a words <<<"${words:-install ${packages[$1]}}" || true
	echo "${words[*]}"
}

# say_elsewhere GROUP... - how to install them where there is no apt
say_elsewhere() {
	local manager group words

	manager=$(other_manager)
	for group; do
		words=${manager:+${elsewhere[$manager $group]-}}
		if [ "$words" ]; then
			read -rd '' -a words <<<"$words" || true
			echo "$me: $group: not Debian; install by: ${installs[$manager]} ${words[*]}" >&2
		else
			read -rd '' -a words <<<"${packages[$group]}" || true
			echo "$me: $group: this is not Debian (no dpkg, no apt-get); there it is: ${words[*]}" >&2
		fi
	done
}

usage() {
	cat <<END
Usage: setup.sh [GROUP...]
       setup.sh --how GROUP
Install the packages of these groups (default: rig style tools) that are not
there yet; or print the command that does. Groups: ${!packages[*]}.
END
}

case ${1-} in
-h | --help) usage && exit ;;
--how)
	if [ $# -ne 2 ] || [ -z "${packages[$2]-}" ]; then
		usage >&2
		exit 2
	fi
	how "$2"
	exit
	;;
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
	say_elsewhere "$@"
	exit 1
fi
[[ " $* " != *" module "* ]] || wanted+=("$(module_headers)")

missing=()
for package in "${wanted[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || true
	[[ $state = installed || " ${missing[*]} " = *" $package "* ]] || missing+=("$package")
done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export DEBIAN_FRONTEND=noninteractive

# apt OPTION... - apt-get, which asks nothing and is heard only when it fails
apt() {
	apt-get -q -y --no-install-recommends "$@" >>"$tmp/log" 2>&1 </dev/null
}

if [ ${#missing[@]} -gt 0 ]; then
	if [ "$(id -u)" -ne 0 ]; then
		echo "$me: not root, cannot install: ${missing[*]}" >&2
		exit 1
	fi
	echo "installing packages: ${missing[*]}" >&2
	# An update may fail for a source that has nothing to do with us.
	apt update || true
	# The release's does not go with what is from the backports already; see newer_qemu.
	if [[ " ${missing[*]} " = *" qemu-system-arm "* ]] && ! apt --simulate install "${missing[@]}"; then
		for i in "${!missing[@]}"; do
			[ "${missing[i]}" != qemu-system-arm ] || unset "missing[i]"
		done
	fi
	if ! apt install "${missing[@]}"; then
		tail -n 30 "$tmp/log" >&2
		echo "$me: the packages could not be installed" >&2
		exit 1
	fi
	echo "installed in $SECONDS s" >&2
fi

mttcg_works=$(dirname "$0")/../selftests/vm/mttcg-works

# backports - make "$tmp/sources.list" of the release's backports, as the machine's own
# mirror has them
backports() {
	local release mirror

	release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	# shellcheck disable=SC2016 # expanded by apt-get
	mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $release" \
		"Created-By: Packages" | sort -u | head -n 1)
	[ "$release" ] && [ "$mirror" ] || return
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release-backports main" \
		>"$tmp/sources.list"
	mkdir -p "$tmp/lists/partial"
	own=(-o "Dir::Etc::sourcelist=$tmp/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o "Dir::State::lists=$tmp/lists" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
		-t "$release-backports")
}

# newer_qemu - upgrade QEMU from the backports, if nothing has to go for that; of the
# machine's sources and lists nothing changes
newer_qemu() {
	[ "$(id -u)" -eq 0 ] || return
	backports || { apt update && backports; } || return
	apt "${own[@]}" update &&
		apt "${own[@]}" --no-remove install qemu-system-{x86,arm,common,data}
}

if [[ " $* " = *" rig "* ]] && { ! "$mttcg_works" || ! "$mttcg_works" aarch64; }; then
	echo "installing a newer QEMU, from the backports" >&2
	newer_qemu && "$mttcg_works" && "$mttcg_works" aarch64 ||
		echo "$me: no QEMU from 8.1 on can be had: a guest's CPUs will take turns" >&2
fi
