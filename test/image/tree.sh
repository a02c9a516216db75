#!/usr/bin/env bash
# tree.sh FOLDER BASE BINARIES: lays what makes an EKS worker over the base system.
set -euo pipefail
root=$1 base=$2 binaries=$3
here=$(dirname "$(realpath "$0")")

cp --archive --reflink=auto "$base/." "$root"
cp --recursive --no-preserve=ownership "$here/rootfs/." "$root"
install -m 755 "$binaries"/{nodeadm,nodeadm-internal,kubelet,cloud-init} "$root/usr/bin"

mkdir -p "$root"/etc/eks/{nodeadm.d,image-credential-provider} "$root"/etc/test-machine "$root"/var/log/journal "$root"/opt/cni
touch "$root/etc/eks/image-credential-provider/ecr-credential-provider"
chmod +x "$root/etc/eks/image-credential-provider/ecr-credential-provider"
ln -s /usr/lib/cni "$root/opt/cni/bin"
# As on an AMI: the id is made at the first boot, and that boot is not systemd's "first boot", in which it would set presets.
truncate --size=0 "$root/etc/machine-id"
# Nothing is looked up by name; what tries fails at once.
echo 'nameserver 127.0.0.1' >"$root/etc/resolv.conf"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
echo localhost >"$root/etc/hostname"

systemctl --root="$root" --quiet enable systemd-networkd.service \
  nodeadm-boot-hook.service nodeadm-config.service nodeadm-run.service \
  test-initrd.service cloud-init-local.service cloud-init.service cloud-config.service cloud-final.service cloud-init.target
systemctl --root="$root" --quiet disable ssh.service
# What an emulated machine would only spend time on. Without getty.target nobody asks for a password on the console.
systemctl --root="$root" --quiet mask getty.target systemd-logind.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  systemd-pstore.service systemd-binfmt.service systemd-firstboot.service systemd-sysusers.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-networkd-persistent-storage.service \
  proc-sys-fs-binfmt_misc.automount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount modprobe@.service
