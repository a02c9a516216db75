#!/bin/sh
# Installs what the NodePort address lives by on a node: nft, ping and arping; and iptables, for the rules of kube-proxy and
# of the VPC CNI beside it. Does nothing if they are there.
set -eu

has_all() {
  for tool in nft ping arping iptables-restore; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "$tool" >/dev/null || return 1
  done
}

if has_all; then
  exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "test/nodeport/install.sh: installing nftables, iptables, iputils-ping and iputils-arping needs root or sudo" >&2
    exit 1
  }
  as_root=sudo
fi

$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends nftables iptables iputils-ping iputils-arping
