#!/usr/bin/env bash
# Installs multus-bootstrap from the unpacked archive that this script lies in, over whatever version is there, or removes
# it. Stopped half-way, it is to be run again. All files are written beside their places first, then renamed.
set -euo pipefail
umask 022
export LC_ALL=C

usage='usage: install.sh [--root DIR] [--uninstall]
  --root DIR    the file tree to install into (image builds); nothing of this host is called or changed
  --uninstall   remove what was installed; files in /etc/multus-bootstrap, and what the agent has made, stay'

payload=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/root
node=usr/libexec/multus-bootstrap/node
bundle=usr/libexec/multus-bootstrap/multus-bootstrap.mjs
# What is installed, a path a line; of folders, with a slash at the end, only those that were not there before.
list=usr/share/multus-bootstrap/installed
drop_in='^usr/lib/systemd/system/.*\.d/.'

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

live() { [ -z "$root" ]; }

# systemd and udev do not read hidden files, and Node.js goes by the ending.
beside() { printf '%s/.new.%s' "$(dirname "$root/$1")" "$(basename "$1")"; }

files() { grep '[^/]$' || true; }
folders() { grep '/$' || true; }
# The drop-ins assert a file that only the agent writes: they come last, and go first.
only_drop_ins() { grep "$drop_in" || true; }
no_drop_ins() { grep -v "$drop_in" || true; }

write_list() {
  printf '%s\n' "$1" >"$(beside "$list")"
  mv -f "$(beside "$list")" "$root/$list"
}

remove_files() {
  while read -r path; do
    rm -f "$root/$path" "$(beside "$path")"
  done
}

# Only empty ones: what others have put there stays.
remove_folders() {
  sort -r | while read -r path; do
    [ ! -d "$root/$path" ] || rmdir --ignore-fail-on-non-empty "$root/$path"
  done
}

reload() {
  if live && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
  fi
}

# The machine that an ELF file is for.
machine() {
  case $(od -An -j18 -N2 -tu1 "$1") in
    *' 62 '*) echo x86_64 ;;
    *' 183 '*) echo arm64 ;;
    *) echo 'an unknown machine' ;;
  esac
}

# A runtime that does not start must never replace one that does, nor have kubelet wait for it.
check_start() {
  if [ "$(machine "$payload/$node")" != "$(machine /bin/sh)" ]; then
    echo "install.sh: not checked whether the runtime starts: it is for $(machine "$payload/$node"), this host is not"
    return
  fi
  local runtime
  runtime=$(beside "$node")
  if ! "$runtime" "$(beside "$bundle")" --version >/dev/null; then
    fail 'the runtime does not start here (see above); it needs a glibc as new as Amazon Linux 2023 has'
  fi
}

# As if it had not been run, unless files are being replaced already: then the next run ends what this one has begun.
give_up() {
  [ "$step" = writing ] || return 0
  files <<<"$new" | while read -r path; do rm -f "$(beside "$path")"; done
  if [ -n "$old" ]; then write_list "$old"; else rm -f "$root/$list"; fi
  comm -23 <(echo "$new") <(echo "$old") | folders | remove_folders
  echo 'install.sh: not installed; nothing was changed' >&2
}

install_all() {
  [ -f "$payload/$node" ] || fail "the archive is not whole: $payload/$node is missing; unpack it again"
  if [ -e "$root/bin/sh" ] && [ "$(machine "$root/bin/sh")" != "$(machine "$payload/$node")" ]; then
    fail "this archive is for $(machine "$payload/$node"), but ${root:-this host} is $(machine "$root/bin/sh"); take the archive for that"
  fi
  old=$(cat "$root/$list" 2>/dev/null || true)
  new=$(
    {
      echo "$list"
      (cd "$payload" && find . -mindepth 1 ! -type d -printf '%P\n')
      (cd "$payload" && find . -mindepth 1 -type d -printf '%P/\n') | while read -r path; do
        if [ ! -d "$root/$path" ] || grep -qxF "$path" <<<"$old"; then echo "$path"; fi
      done
    } | sort
  )
  local paths
  paths=$(files <<<"$new" | grep -vxF "$list")

  step=writing
  trap give_up EXIT
  (cd "$payload" && find . -mindepth 1 -type d -printf '%P\n') | while read -r path; do mkdir -p "$root/$path"; done
  write_list "$(sort -u <<<"$old"$'\n'"$new" | sed '/^$/d')"
  while read -r path; do
    rm -f "$(beside "$path")"
    cp --no-dereference --preserve=timestamps "$payload/$path" "$(beside "$path")"
    if [ ! -L "$payload/$path" ]; then
      chmod "$([ -x "$payload/$path" ] && echo 755 || echo 644)" "$(beside "$path")"
      # A power cut must not leave an empty file under the name.
      sync "$(beside "$path")"
    fi
  done <<<"$paths"
  check_start

  step=replacing
  { no_drop_ins <<<"$paths"; only_drop_ins <<<"$paths"; } | while read -r path; do
    mv -fT "$(beside "$path")" "$root/$path"
  done
  local stale
  stale=$(comm -13 <(echo "$new") <(echo "$old"))
  files <<<"$stale" | remove_files
  folders <<<"$stale" | remove_folders
  write_list "$new"
  reload
  if live && command -v restorecon >/dev/null; then
    files <<<"$new" | while read -r path; do restorecon "/$path"; done
  fi
  echo "install.sh: multus-bootstrap is installed in ${root:-/}"
}

uninstall_all() {
  old=$(cat "$root/$list" 2>/dev/null || true)
  if [ -z "$old" ]; then
    echo "install.sh: multus-bootstrap is not installed in ${root:-/}"
    return
  fi
  # From here on kubelet starts as on a stock AMI. One that runs is left alone.
  only_drop_ins <<<"$old" | remove_files
  reload
  if live && [ -d /run/systemd/system ]; then
    systemctl --quiet disable --now multus-bootstrap-sweep.timer || true
    systemctl --quiet stop multus-bootstrap.timer multus-bootstrap.service || true
  fi
  no_drop_ins <<<"$old" | files | grep -vxF "$list" | remove_files
  remove_files <<<"$list"
  folders <<<"$old" | remove_folders
  reload
  echo "install.sh: multus-bootstrap is removed from ${root:-/}"
  if compgen -G "$root/etc/systemd/network/10-multus-bootstrap-*" >/dev/null; then
    echo 'install.sh: the ENIs of this node, their link files and kubelet labels stay; to give them back, install again,' \
      'then run: multus-bootstrap release'
  fi
}

root=
action=install_all
while [ $# -gt 0 ]; do
  case $1 in
    --root)
      [ -d "${2-}" ] || fail "--root needs a folder that exists, not '${2-}'"
      root=$(realpath "$2")
      root=${root%/}
      shift
      ;;
    --uninstall) action=uninstall_all ;;
    -h | --help)
      echo "$usage"
      exit
      ;;
    *) fail "unknown argument '$1'"$'\n'"$usage" ;;
  esac
  shift
done
if live && [ "$(id -u)" -ne 0 ]; then
  fail 'only root may do this; run it with sudo'
fi
"$action"
