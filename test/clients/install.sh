#!/bin/sh
# Installs the clients that prove the simulator: Debian's awscli and boto3. Does nothing if they are there.
set -eu

if /usr/bin/aws --version >/dev/null 2>&1 && /usr/bin/python3 -c 'import boto3' 2>/dev/null; then
  exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "test/clients/install.sh: installing awscli and python3-boto3 needs root or sudo" >&2
    exit 1
  }
  as_root=sudo
fi

$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends awscli python3-boto3
