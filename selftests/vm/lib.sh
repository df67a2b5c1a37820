# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by the rig's commands: where things live, which kernel is in which
# release, messages, locks. Sourced, never run; the sourcing script has set -u.

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$vm_dir/../.." && pwd)
debug_dir=$checkout/selftests/debug
CACHE=${CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tcp_closestat}

# kernels_for USE - the kernels that the file "kernels" lists for it; "release": all of
# them as their releases ship them for x86-64, "debug": those built to look for mistakes,
# "check": all that are not "by-hand", "arm64", "arm64-check": those for arm64, "16k":
# those for it with pages of 16k, "gcov": those that count which lines of the module run, "rt":
# those with PREEMPT_RT
kernels_for() {
	awk -v use="$1" '
		BEGIN {
			flavour["arm64"] = flavour["arm64-check"] = "-arm64"
			flavour["16k"] = "-arm64-16k"
			flavour["gcov"] = "-gcov"
			flavour["rt"] = "-rt"
		}
		/^#/ || NF == 0 { next }
		use == "release" || use == "check" && $4 !~ /by-hand/ { print $1 }
		use == "debug" && $3 != "-" {
			n = split($3, word, ",")
			for (i = 1; i <= n; i++)
				print $1 "-" word[i]
		}
		index("," $4 ",", "," use ",") { print $1 flavour[use] }
	' "$vm_dir/kernels" | paste -sd " "
}
ALL_KERNELS=$(kernels_for release)
DEBUG_KERNELS=$(kernels_for debug)
ARM64_KERNELS="$(kernels_for arm64) $(kernels_for 16k)"
RT_KERNELS=$(kernels_for rt)
GCOV_KERNELS=$(kernels_for gcov)
GUEST_KERNELS="$ALL_KERNELS $DEBUG_KERNELS $ARM64_KERNELS $RT_KERNELS $GCOV_KERNELS"
# shellcheck disable=SC2034 # used by those who source this
CHECK_KERNELS=$(kernels_for check)
# shellcheck disable=SC2034 # used by those who source this
DEFAULT_KERNEL=$(kernels_for default)
me=${0##*/}

# The exit status of "run" when the guest, not the command in it, failed.
# shellcheck disable=SC2034 # used by those who source this
GUEST_FAILED=125

# The clock of all progress lines: "make check" sets BEGAN for all its parts.
SECONDS=$((EPOCHSECONDS - ${BEGAN:-EPOCHSECONDS}))

# note TEXT... - say what is going on, with the minutes and seconds so far.
note() {
	printf '[%2d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*" >&2
}

# die TEXT... - the work failed.
die() {
	printf '%s: %s\n' "$me" "$*" >&2
	exit 1
}

# usage_error TEXT... - the caller asked for something that does not exist.
usage_error() {
	printf '%s: %s\nTry %s --help.\n' "$me" "$*" "$me" >&2
	exit 2
}

# suite_of KERNEL - the Debian release that ships this kernel.
suite_of() {
	local suite=

	[[ " $GUEST_KERNELS " != *" $1 "* ]] ||
		suite=$(awk -v kernel="${1%%-*}" '$1 == kernel { print $2 }' "$vm_dir/kernels")
	[ "$suite" ] ||
		usage_error "no such kernel: '$1' (there are: $GUEST_KERNELS)"
	echo "$suite"
}

# kernel_of SUITE - the kernel that this release ships.
kernel_of() {
	awk -v suite="$1" '$2 == suite { print $1 }' "$vm_dir/kernels"
}

# arch_of KERNEL - what Debian calls the architecture it is for
arch_of() {
	case $1 in
	*-arm64 | *-arm64-*) echo arm64 ;;
	*) echo amd64 ;;
	esac
}

# flavour_of KERNEL - of a debugging kernel; nothing for a release's own.
flavour_of() {
	case $1 in
	*-arm64 | *-arm64-* | *-rt) ;;
	*-*) echo "${1#*-}" ;;
	esac
}

# need_root - guests' roots are made and used with chroot and mount.
need_root() {
	[ "$(id -u)" -eq 0 ] || die "must run as root (it makes chroots and mounts)"
}

# recipe_of SUITE [arm64|arm64-16k|rt] - identifies what a root of this suite is made from,
# so that a changed package list or builder gives a new root.
recipe_of() {
	local kind=${2-}

	{
		packages_of "${1%-backports}" "${kind#rt}"
		sed -n '/^make_root()/,/^}/p' "$vm_dir/root"
		[[ $1 != *-backports && $kind != rt ]] || {
			sed -n '/^make_other_kernel_root()/,/^}/p' "$vm_dir/root"
			cat "$vm_dir/unpack"
		}
		[[ $kind != arm64* ]] || cat "$vm_dir/root-arm64" "$vm_dir/unpack"
	} | sha256sum | cut -c1-12
}

# packages_of SUITE [FLAVOUR] - the packages of a guest root, one a line, with the kernel
# for amd64 or of another FLAVOUR. A name in guest.packages may be followed by "!suite" words:
# not in those; or by "suite" words: in those only.
packages_of() {
	awk -v suite="$1" '
		{ sub(/#.*/, "") }
		NF == 0 { next }
		{
			wanted = NF == 1 || $2 ~ /^!/
			for (i = 2; i <= NF; i++)
				if ($i == "!" suite)
					next
				else if ($i == suite)
					wanted = 1
			if (wanted)
				print $1
		}' "$vm_dir/guest.packages" | sed "s/-amd64\$/-${2:-amd64}/"
}

# debug_configs KERNEL - the files of what a debugging kernel is made with: of all of
# them, of its flavour, its own
debug_configs() {
	echo "$debug_dir/debug.config"
	echo "$debug_dir/debug-$(flavour_of "$1").config"
	[ ! -e "$debug_dir/debug-$1.config" ] || echo "$debug_dir/debug-$1.config"
}

# root_of KERNEL - path of that kernel's guest root, there or not.
root_of() {
	local suite flavour kind=${1#*-}
	suite=$(suite_of "$1") || exit
	flavour=$(flavour_of "$1")
	if [[ $kind = arm64* || $kind = rt ]]; then
		echo "$CACHE/roots/$suite.$kind-$(recipe_of "$suite" "$kind")"
	elif [ "$flavour" ]; then
		echo "$CACHE/roots/$suite.$flavour-$({
			recipe_of "$suite"
			cat "$debug_dir/debug-kernel"
			debug_configs "$1" | xargs -d '\n' cat
		} | sha256sum | cut -c1-12)"
	else
		echo "$CACHE/roots/$suite-$(recipe_of "$suite")"
	fi
}

# root_apt ROOT SOURCES DIR OPTION... - make "apt" an apt-get, this machine's, that knows
# the packages of ROOT and the SOURCES, and keeps its files in DIR
root_apt() {
	local root=$1 sources=$2 dir=$3
	shift 3

	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	# shellcheck disable=SC2034 # used by the caller
	apt=(apt-get -q
		-o Dir::Etc::sourcelist="$sources" -o Dir::Etc::sourceparts=/dev/null
		-o Dir::Etc::preferencesparts=/dev/null
		-o Dir::State::lists="$dir/lists" -o Dir::State::status="$root/var/lib/dpkg/status"
		-o Dir::State::extended_states="$dir/extended_states"
		-o Dir::Cache::archives="$dir/archives"
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
		-o APT::Install-Recommends=0 -o APT::Sandbox::User=root
		-o Acquire::Languages=none -o Acquire::Retries=3 -o Debug::NoLocking=1 "$@")
}

# make_once DEST TEXT COMMAND... - unless the directory DEST is there, say TEXT and let COMMAND
# make it; "DEST" among its words stands for the name it grows under. One at a time; what an
# older recipe made goes: names are SUITE-ROOT-RECIPE.
make_once() {
	local dest=$1 text=$2 old
	shift 2

	mkdir -p "${dest%/*}"
	exec 9>"$dest.lock"
	flock 9
	[ ! -d "$dest" ] || return 0
	note "$text"
	for old in "${dest%-*-*}"-*; do
		[[ $old = "$dest"* ]] || rm -rf --one-file-system "$old"
	done
	rm -rf --one-file-system "$dest.partial"
	# Not in a condition, where "set -e" would not hold for it.
	"${@/#DEST/"$dest.partial"}" >"$dest.log" 2>&1 </dev/null &
	wait $! || {
		tail -n 20 "$dest.log" >&2
		die "that failed, see $dest.log"
	}
	mv "$dest.partial" "$dest"
	exec 9>&-
}

# backports_sed SUITE - a program for "sed -E" that gives the sources of a release those of
# SUITE besides, which is that release, or its backports
backports_sed() {
	[ "$1" = "${1%-backports}" ] ||
		printf '%s' "s/^(.*) ${1%-backports} main\$/&\n\\1 $1 main/"
}

# checkout_id - stands for this checkout in the names of what it has for itself:
# checkouts share the roots, not builds and logs.
checkout_id() {
	printf %s "$checkout" | sha256sum | cut -c1-12
}

# build_of KERNEL - where this checkout is built for that kernel.
build_of() {
	echo "$CACHE/build/$(checkout_id)/$1"
}

# release_in ROOT - the kernel release (uname -r) that is installed in ROOT.
release_in() {
	local modules=("$1"/lib/modules/*)

	if [ ${#modules[@]} -ne 1 ] || [ ! -d "${modules[0]}" ]; then
		die "$1: expected exactly one kernel in it"
	fi
	basename "${modules[0]}"
}

# in_root ROOT COMMAND... - run COMMAND in a chroot with /proc, /dev/null and
# friends, and with $BIND ("host-dir:dir-in-root" words) bound into it. The
# mounts live in a namespace of their own: whatever happens they vanish with
# the command, and the root is read-only underneath.
in_root() {
	local root=$1
	shift
	# shellcheck disable=SC2016 # expanded by the inner shell
	BIND=${BIND:-} unshare --mount --propagation private bash -euc '
		root=$1
		shift
		mount --bind "$root" "$root"
		mount -o remount,bind,ro "$root"
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmpfs "$root/tmp"
		mount --rbind /dev "$root/dev"
		for b in $BIND; do
			mount --bind "${b%%:*}" "$root/${b#*:}"
		done
		exec chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
	' in_root "$root" "$@"
}
