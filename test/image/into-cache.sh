#!/usr/bin/env bash
# into-cache.sh FOLDER SCRIPT ARGUMENT…: has SCRIPT make FOLDER, unless it is there. It is made under another name, so that what
# is there is whole, and under a lock, so that whoever comes at the same time waits.
set -euo pipefail
folder=$1 script=$2
shift 2

mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
[[ ! -e $folder ]] || exit 0
rm -rf "$folder.new"
mkdir "$folder.new"
"$script" "$folder.new" "$@" 9>&-
mv "$folder.new" "$folder"
