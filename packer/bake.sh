#!/usr/bin/env bash
# Installs the uploaded archive, and puts the uploaded configuration files where the agent reads them.
set -euo pipefail
shopt -s nullglob

# What cloud-init still writes during the build would be in the image. A boot without user data ends degraded: nodeadm has
# no NodeConfig.
timeout 300 systemctl is-system-running --wait || true

# What NodePort addresses take, and not every AMI has.
missing=()
command -v nft >/dev/null || missing+=(nftables)
{ command -v ping && command -v arping; } >/dev/null || missing+=(iputils)
if [[ ${#missing[@]} -gt 0 ]]; then
  dnf install --assumeyes --quiet "${missing[@]}"
fi

tar --extract --gzip --file "$(echo "$UPLOADS"/*.tar.gz)" --directory "$UPLOADS" --no-same-owner
bash "$UPLOADS"/*/install.sh

config_files=("$UPLOADS"/*.{yaml,yml,json})
for file in "${config_files[@]}"; do
  install --mode=644 "$file" /etc/multus-bootstrap/config.d/
done
rm -rf "$UPLOADS"
