#!/usr/bin/env bash
# Fails the build where a node from this image would not come up with its Multus ENIs. Says all that is wrong.
set -uo pipefail

problems=0
problem() {
  printf 'validate.sh: %s\n' "$*" >&2
  problems=$((problems + 1))
}

# The tags of the AMI tell these versions.
expect() {
  local what=$1 wanted=$2 got
  shift 2
  got=$("$@" 2>&1) || got="an error: $got"
  # shellcheck disable=SC2053 # a pattern
  [[ $got == $wanted ]] || problem "$what should be $wanted, but $* answers $got"
}
expect multus-bootstrap "$VERSION" multus-bootstrap --version
expect 'its Node.js' "v$NODE_VERSION" /usr/libexec/multus-bootstrap/node --version
expect 'Kubernetes of the source AMI' "Kubernetes v$KUBERNETES_VERSION.*" kubelet --version

libexec=/usr/libexec/multus-bootstrap
"$libexec/node" "$libexec/compile.mjs" "$libexec/multus-bootstrap.mjs" ||
  problem "it would start at half the speed: $libexec/multus-bootstrap.code is missing, or is not of this program and Node.js; run install.sh on this machine"

systemctl daemon-reload
for unit in multus-bootstrap.service multus-bootstrap-nodeport.service multus-bootstrap-sweep.{service,timer}; do
  systemd-analyze verify --man=no --recursive-errors=no "$unit" || problem "systemd finds fault with $unit (see above)"
done

# NodePort addresses: their rules, and the probes of their holder.
for tool in nft:nftables ping:iputils arping:iputils; do
  command -v "${tool%:*}" >/dev/null ||
    problem "${tool%:*} is missing, which NodePort addresses take: dnf install ${tool#*:}"
done

# The gate, as systemd has merged it from all files, those of others included.
for unit in nodeadm-run kubelet; do
  for dependency in Wants After; do
    [[ " $(systemctl show --property=$dependency --value "$unit.service") " == *' multus-bootstrap.service '* ]] ||
      problem "$unit.service does not have $dependency=multus-bootstrap.service: does another drop-in reset it? See systemctl cat $unit"
  done
  asserts=$(busctl get-property org.freedesktop.systemd1 "/org/freedesktop/systemd1/unit/${unit//-/_2d}_2eservice" \
    org.freedesktop.systemd1.Unit Asserts 2>&1)
  [[ $asserts == *'"AssertPathExists" false false "/run/multus-bootstrap/go"'* ]] ||
    problem "$unit.service would start without the Multus ENIs: it does not assert /run/multus-bootstrap/go, but: $asserts"
done

# Labels and taints must reach kubelet whoever starts nodeadm, and however often.
[[ $(systemctl show --property=ExecStartPre --value kubelet.service) == *'/usr/libexec/multus-bootstrap/kubelet-flags'* ]] ||
  problem 'kubelet.service does not run kubelet-flags first: does another drop-in reset ExecStartPre? See systemctl cat kubelet'
[[ $(systemctl show --property=RemainAfterExit --value nodeadm-config.service) == yes ]] ||
  problem 'nodeadm-config.service does not have RemainAfterExit=yes: does another drop-in reset it? See systemctl cat nodeadm-config'

# Labels and taints reach kubelet through this folder. nodeadm-run names it since the AMIs of v20251023.
drop_ins=/etc/eks/nodeadm.d
[[ -d $drop_ins ]] || problem "$drop_ins is missing: the source AMI is too old, take v20251023 or later"
[[ $(systemctl show --property=ExecStart --value nodeadm-run.service) == *"file://$drop_ins"* ]] ||
  problem "nodeadm-run does not read $drop_ins: the source AMI is too old, take v20251023 or later"

# What is baked in must be right by itself: user data comes on top.
multus-bootstrap check || problem 'the files in /etc/multus-bootstrap/config.d are not right (see above)'

# With another type systemd may not execute them.
if command -v selinuxenabled >/dev/null && selinuxenabled; then
  for file in /usr/bin/multus-bootstrap /usr/libexec/multus-bootstrap/{node,multus-bootstrap.mjs}; do
    matchpathcon -V "$file" || problem "$file has not the SELinux context that the policy says (see above)"
  done
fi

if ((problems > 0)); then
  echo "validate.sh: $problems problems: no AMI is made" >&2
  exit 1
fi
echo "validate.sh: multus-bootstrap $VERSION, Node.js $NODE_VERSION, Kubernetes $KUBERNETES_VERSION: all right"
