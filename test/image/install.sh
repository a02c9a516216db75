#!/usr/bin/env bash
# Installs what the test machine is made with and what it runs in. Does nothing if all of it is there.
set -euo pipefail

packages=(
  debootstrap e2fsprogs          # the tree, and a disk image of it
  systemd-container dbus         # systemd-nspawn
  qemu-system-x86 qemu-utils     # the VM
  iproute2 nftables openssh-client zstd
)
missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done

# nodeadm is built here. Debian 12's own Go (1.19) is too old for it.
if ! go version 2>/dev/null | grep --quiet --extended-regexp 'go1\.(2[5-9]|[3-9][0-9])'; then
  echo 'test/image/install.sh: Go 1.25 or later must be in the PATH: nodeadm is built with it' >&2
  exit 1
fi
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || {
    echo "test/image/install.sh: installing ${missing[*]} needs root or sudo" >&2
    exit 1
  }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update --quiet=2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}"
