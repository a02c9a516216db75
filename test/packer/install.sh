#!/usr/bin/env bash
# Installs Packer, shellcheck, and moto, which stands in for EC2. Does nothing if they are there.
set -euo pipefail

packages=(packer shellcheck python3-venv qemu-system-x86 qemu-utils openssh-client e2fsprogs)
missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -gt 0 ]]; then
  as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || {
      echo "test/packer/install.sh: installing ${missing[*]} needs root or sudo" >&2
      exit 1
    }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update --quiet=2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}"
fi

moto="${XDG_CACHE_HOME:-$HOME/.cache}/multus-bootstrap/moto-5.2.5"
if [[ ! -x $moto/bin/moto_server ]]; then
  rm -rf "$moto"
  /usr/bin/python3 -m venv "$moto"
  "$moto/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2,server]==5.2.5'
fi
