#!/usr/bin/env bash
# base.sh FOLDER: the Debian 12 system (systemd 252, kernel 6.1) that the test machine is made of.
set -euo pipefail
root=$1

packages=(
  systemd systemd-sysv udev dbus procps kmod linux-image-cloud-amd64
  iproute2 iptables nftables containernetworking-plugins ca-certificates
  iputils-ping iputils-arping # what the watcher of NodePort addresses probes with
  ipvsadm # stands in for kube-proxy's IPVS mode
  openssh-server sudo # disabled; for whoever bakes an image from it
)
# In a mount namespace of its own: what debootstrap mounts in the folder is gone when it ends, however it ends.
unshare --mount debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" bookworm "$root"

# The kernel boots without an initrd, and nothing is installed later.
rm -rf "$root"/boot/{initrd,System.map}* "$root"/{initrd.img,vmlinuz}* \
  "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* \
  "$root"/usr/share/{doc,man,locale,info,lintian}
ln -s boot/"$(basename "$root"/boot/vmlinuz-*)" "$root/vmlinuz"
