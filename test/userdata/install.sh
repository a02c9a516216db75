#!/usr/bin/env bash
# Installs cfn-lint (PyPI) into a cache, and prints where it is. Does nothing more if it is there.
set -euo pipefail

version=1.58.0
folder=${XDG_CACHE_HOME:-$HOME/.cache}/multus-bootstrap/cfn-lint-$version

if ! "$folder/bin/cfn-lint" --version >/dev/null 2>&1; then
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
      as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update >&2
    "${as_root[@]}" apt-get install --yes --no-install-recommends python3-venv >&2
  fi
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet "cfn-lint==$version" >&2
fi
echo "$folder/bin/cfn-lint"
