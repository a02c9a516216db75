#!/usr/bin/env bash
# Takes away what belongs to the instance that built the image: whoever boots it is another one.
set -euo pipefail
shopt -s nullglob

# The agent's: of this instance, or of the node that the source AMI was made from.
rm -rf /var/lib/multus-bootstrap/* /etc/systemd/network/10-multus-bootstrap-* /etc/eks/nodeadm.d/60-multus-bootstrap.yaml
# nodeadm's, for links of this instance.
rm -rf /etc/eks/nodeadm/udev-net-manager/*

if command -v cloud-init >/dev/null; then
  cloud-init clean --logs
fi

# The way in. cloud-init lets the launch template's key in again, and sshd makes new host keys.
rm -f /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys /etc/ssh/ssh_host_*
rm -f /root/.*_history /home/*/.*_history

journalctl --quiet --rotate
journalctl --quiet --vacuum-time=1s
rm -rf /var/log/journal/* /var/log/audit/* /var/log/amazon/*/*
rm -f /var/log/{messages,secure,cron,maillog,wtmp,btmp,lastlog}*

# Empty, not missing: each instance then makes its own, without a "first boot" of systemd. With a common one all nodes would
# sweep at the same time (FixedRandomDelay=).
: >/etc/machine-id
sync
