#!/usr/bin/env bash
# binaries.sh FOLDER: builds nodeadm and nodeadm-internal, and the stand-ins of kubelet and cloud-init.
# The stand-ins are built as part of nodeadm's module: its dependencies have kubelet's own rules for labels and flags.
set -euo pipefail
out=$(realpath "$1")
here=$(dirname "$(realpath "$0")")

module=github.com/awslabs/amazon-eks-ami/nodeadm@v0.0.0-20260213141146-147b13ea3f4a
sum='h1:xGY9gNZ4pGlqZti3DlsR8WiHz9sjjfaofG0KH0UgAhg='

export GOTOOLCHAIN=local CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false'
source=$(mktemp -d)
trap 'rm -rf "$source"' EXIT

downloaded=$(go mod download -json "$module")
[[ $downloaded == *"\"Sum\": \"$sum\""* ]] || {
  echo "binaries.sh: $module is not what it was: $downloaded" >&2
  exit 1
}
cp -r --no-preserve=mode "$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' <<<"$downloaded")/." "$source"
cp -r "$here/stand-ins" "$source/cmd/"

cd "$source"
go build -ldflags='-s -w' -o "$out/" ./cmd/nodeadm ./cmd/nodeadm-internal ./cmd/stand-ins/kubelet ./cmd/stand-ins/cloud-init
