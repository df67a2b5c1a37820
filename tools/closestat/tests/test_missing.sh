#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# Without the module: why it is not there. On a made-up system.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

export SYSTEM_ROOT=$TMP/system SYSTEM_RELEASE=6.1.0-9-amd64
modules=$SYSTEM_ROOT/lib/modules/$SYSTEM_RELEASE

make_system() {
	make_proc
	rm -rf "$PROC_ROOT/thread-self/net/tcp_closestat" "$PROC_ROOT/sys/net/tcp_closestat" "$SYSTEM_ROOT"
	mkdir -p "$SYSTEM_ROOT/proc" "$SYSTEM_ROOT/etc" "$modules/build"
	: >"$SYSTEM_ROOT/proc/modules"
	echo 12 >"$SYSTEM_ROOT/etc/debian_version"
	echo 'kernel/net/tcp_diag.ko:' >"$modules/modules.dep"
}
says() { expect_run "$1" 1 '' "not loaded: modprobe tcp_closestat.*$2" show; }

make_system
says 'never installed' 'not installed for kernel 6.1.0-9-amd64: apt install tcp-closestat-dkms'
mkdir -p "$SYSTEM_ROOT/var/lib/dkms/tcp_closestat/0.1.0"
says 'not built by DKMS' 'dkms install tcp_closestat/0.1.0 -k 6.1.0-9-amd64'
rmdir "$modules/build"
says 'no headers' 'not built for kernel 6.1.0-9-amd64, because its headers are not installed: apt install linux-headers-6.1.0-9-amd64'
# says_headers WHAT RELEASE COMMAND - what installs the headers of another kernel
says_headers() {
	mkdir "${modules%/*}/$2"
	: >"${modules%/*}/$2/modules.dep"
	expect_run "$1" 1 '' "not built for kernel $2, because its headers are not installed: $3\$" show
	rm -r "${modules%/*}/${2:?}"
}
mv "$modules" "$TMP/modules"
says_headers 'of Proxmox' 6.8.12-1-pve 'apt install proxmox-headers-6.8.12-1-pve'
rm "$SYSTEM_ROOT/etc/debian_version"
: >"$SYSTEM_ROOT/etc/arch-release"
says_headers 'of Arch' 6.17.9-arch1-1 'pacman -S linux-headers'
says_headers 'of Arch, another flavour' 6.12.60-1-lts 'pacman -S linux-lts-headers'
rm "$SYSTEM_ROOT/etc/arch-release"
mkdir -p "$SYSTEM_ROOT/usr/bin"
: >"$SYSTEM_ROOT/usr/bin/zypper"
says_headers 'of openSUSE' 6.4.0-150600.23-default 'zypper install kernel-devel kernel-default-devel'
rm "$SYSTEM_ROOT/usr/bin/zypper"
mv "$TMP/modules" "$modules"
says 'no headers, elsewhere' 'dnf install kernel-devel-6.1.0-9-amd64'
rm -r "$modules"
says 'another kernel runs' 'no modules of the running kernel 6.1.0-9-amd64'
mkdir -p "$modules-next"
: >"$modules-next/modules.dep"
echo 12 >"$SYSTEM_ROOT/etc/debian_version"
says 'another one is installed' 'no modules of the running kernel 6.1.0-9-amd64.*not built for kernel 6.1.0-9-amd64-next, because its headers are not installed: apt install linux-headers-6.1.0-9-amd64-next'
echo 'updates/dkms/tcp_closestat.ko:' >"$modules-next/modules.dep"
says 'and has it' 'no modules of the running kernel'
check 'no word of that' '! grep -q next <<<"$err"'
rm -r "$modules-next" "$SYSTEM_ROOT/proc/modules"
says 'a container' 'container'
make_system
echo 'updates/dkms/tcp_closestat.ko.xz:' >"$modules/modules.dep"
says 'only to be loaded' '$'
check 'and no more' '[ "$(wc -l <<<"$err")" = 1 ]'
mkdir -p "$SYSTEM_ROOT/sys/firmware/efi/efivars"
printf '\6\0\0\0\1' >"$SYSTEM_ROOT/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
says 'Secure Boot' 'mokutil --import /var/lib/dkms/mok.pub, then reboot'
mkdir -p "$SYSTEM_ROOT/var/lib/shim-signed/mok"
: >"$SYSTEM_ROOT/var/lib/shim-signed/mok/MOK.der"
says 'Secure Boot of Ubuntu' 'mokutil --import /var/lib/shim-signed/mok/MOK.der'

expect_run 'get of one that is gone' 1 '' 'removed in Linux 4.12.*tcp_tw_reuse' get tcp_tw_recycle
expect_run 'set of one that is gone' 1 '' 'removed in Linux 4.12.*time_wait' set net.ipv4.tcp_tw_recycle=1
expect_run 'get of one that never was' 2 '' 'no setting' get tcp_tw_nothing

finish
