#!/usr/bin/env bash
# install.sh [--root DIR] [--uninstall]: installs multus-bootstrap from the unpacked archive that this script lies in, over
# whatever version is there, or removes it. With --root into another file tree (image builds): nothing of this host is then
# called or changed. Stopped half-way, it is to be run again: each file is written beside its place first, then renamed.
set -euo pipefail
umask 022
export LC_ALL=C

payload=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/root
node=usr/libexec/multus-bootstrap/node
bundle=usr/libexec/multus-bootstrap/multus-bootstrap.mjs
compile=usr/libexec/multus-bootstrap/compile.mjs
# V8's code for the program, made here. The program starts without it too, at half the speed.
code=usr/libexec/multus-bootstrap/multus-bootstrap.code
watcher=multus-bootstrap-nodeport.service
# What is installed, a path a line; of folders, with a slash at the end, only those that were not there before.
list=usr/share/multus-bootstrap/installed

say() { printf 'install.sh: %s\n' "$*"; }
fail() {
  say "$*" >&2
  exit 1
}

live() { [ -z "$root" ]; }
running_systemd() { live && [ -d /run/systemd/system ]; }

files() { grep '[^/]$' || true; }
folders() { grep '/$' || true; }
without() { grep -vxF "$1" || true; }
# The drop-ins assert a file that only the agent writes: they come last, and go first.
drop_ins() { grep '/system/.*\.d/.*\.conf$' || true; }
no_drop_ins() { grep -v '/system/.*\.d/.*\.conf$' || true; }

# systemd and udev do not read hidden files, and Node.js goes by the ending.
beside() { printf '%s/.new.%s' "$root/${1%/*}" "${1##*/}"; }

put_in_place() {
  while read -r path; do mv -fT "$(beside "$path")" "$root/$path"; done
}

write_list() {
  grep . <<<"$1" >"$(beside "$list")"
  put_in_place <<<"$list"
}

remove_files() {
  while read -r path; do rm -f "$root/$path" "$(beside "$path")"; done
}

# Only empty ones: what others have put there stays.
remove_folders() {
  sort -r | while read -r path; do
    [ ! -d "$root/$path" ] || rmdir --ignore-fail-on-non-empty "$root/$path"
  done
}

# Only now is there nothing left to find again.
forget() {
  remove_files <<<"$list"
  folders <<<"$old"$'\n'"${list%installed}" | remove_folders
}

# The machine that an ELF file is for.
machine() {
  case $(od -An -j18 -N2 -tu1 "$1") in
    *' 62 '*) echo x86_64 ;;
    *' 183 '*) echo arm64 ;;
    *) echo 'an unknown machine' ;;
  esac
}

# A power cut must not leave an empty file under the name.
write_beside() {
  local from="$payload/$1" to
  to=$(beside "$1")
  rm -f "$to"
  cp --no-dereference --preserve=timestamps "$from" "$to"
  if [ ! -L "$from" ]; then
    if [ -x "$from" ]; then chmod 755 "$to"; else chmod 644 "$to"; fi
    sync "$to"
  fi
}

# Only the very runtime that is to take the code can make it.
make_code() {
  if runs_here; then
    "$(beside "$node")" "$(beside "$compile")" "$(beside "$bundle")" "$(beside "$code")"
  fi
  [ ! -e "$(beside "$code")" ] || sync "$(beside "$code")"
}

runs_here() { [ "$machine" = "$(machine /bin/sh)" ]; }

# A runtime that does not start must never replace one that does, nor have kubelet wait for it.
check_start() {
  if ! runs_here; then
    say "not checked whether the runtime starts: it is for $machine, this host is not"
  elif ! "$(beside "$node")" "$(beside "$bundle")" --version >/dev/null; then
    fail 'the runtime does not start here (see above); it needs a C library as new as that of Amazon Linux 2023'
  fi
}

# The watcher over NodePort addresses, if there is one, becomes one of the new version. Not by a restart, which would hand
# the addresses over to other nodes: killed, it is started again by systemd, and finds all as it was.
renew_watcher() {
  if systemctl --quiet is-active "$watcher"; then
    systemctl --quiet kill --signal=KILL "$watcher" || true
  fi
}

# As if it had never run, if that is possible.
give_up() {
  [ "$step" = writing ] || fail 'stopped half-way; run it again'
  files <<<"$new" | while read -r path; do rm -f "$(beside "$path")"; done
  if [ -n "$old" ]; then write_list "$old"; else rm -f "$root/$list"; fi
  without "$old" <<<"$new" | folders | remove_folders
  say 'not installed; nothing was changed' >&2
}

install_all() {
  [ -f "$payload/$node" ] || fail "there is no $payload/$node; unpack the archive again, and run the install.sh in it"
  machine=$(machine "$payload/$node")
  if [ -e "$root/bin/sh" ] && [ "$(machine "$root/bin/sh")" != "$machine" ]; then
    fail "this archive is for $machine, but ${root:-this host} is $(machine "$root/bin/sh"); take that archive instead"
  fi
  local all path stale
  all=$(cd "$payload" && find . -mindepth 1 \( -type d -printf '%P/\n' -o -printf '%P\n' \))
  new=$({
    printf '%s\n' "$list" "$code"
    files <<<"$all"
    folders <<<"$all" | while read -r path; do
      if [ ! -d "$root/$path" ] || [ "$path" = "${list%installed}" ] || grep -qxF "$path" <<<"$old"; then
        echo "$path"
      fi
    done
  })

  step=writing
  trap give_up EXIT
  mkdir -p "$root/${list%installed}"
  write_list "$(sort -u <<<"$old"$'\n'"$new")"
  folders <<<"$all" | while read -r path; do mkdir -p "$root/$path"; done
  files <<<"$all" | while read -r path; do write_beside "$path"; done
  check_start
  make_code
  [ ! -e "$(beside "$code")" ] || all+=$'\n'$code

  step=replacing
  # What starts the program only once that is there: an older one may be all in this file.
  files <<<"$all" | no_drop_ins | without "$bundle" | put_in_place
  put_in_place <<<"$bundle"
  drop_ins <<<"$all" | put_in_place
  stale=$(without "$new" <<<"$old")
  files <<<"$stale" | remove_files
  folders <<<"$stale" | remove_folders
  write_list "$new"
  ! running_systemd || systemctl daemon-reload
  if live && command -v restorecon >/dev/null; then
    files <<<"$new" | sed 's|^|/|' | xargs restorecon
  fi
  trap - EXIT
  ! running_systemd || renew_watcher
  say "multus-bootstrap is installed in ${root:-/}"
}

uninstall_all() {
  if [ -z "$old" ]; then
    # Perhaps an interrupted removal has come as far as this.
    forget
    say "multus-bootstrap is not installed in ${root:-/}"
    return
  fi
  # From here on kubelet starts as on a stock AMI. One that runs is left alone.
  drop_ins <<<"$old" | remove_files
  if running_systemd; then
    systemctl daemon-reload
    # It hands its addresses over, which takes the program.
    systemctl --quiet stop "$watcher" || true
    systemctl --quiet disable --now multus-bootstrap-sweep.timer || true
    systemctl --quiet stop multus-bootstrap.timer multus-bootstrap.service || true
  fi
  files <<<"$old" | without "$list" | remove_files
  folders <<<"$old" | remove_folders
  forget
  ! running_systemd || systemctl daemon-reload
  say "multus-bootstrap is removed from ${root:-/}"
  if [ -e "$root/run/multus-bootstrap/nodeport.json" ]; then
    say 'the NodePort addresses of this node, their nftables table and ip rules stay until a reboot, and the tag' \
      'multus-bootstrap.io/nodeport on the ENIs, by which other nodes go on handing floating addresses to this one: where it' \
      'stays, install it again, run multus-bootstrap release, then uninstall'
  fi
  if compgen -G "$root/etc/systemd/network/10-multus-bootstrap-*" >/dev/null; then
    say 'the ENIs of this node, their link files and kubelet labels stay; to give them back, install it again,' \
      'run multus-bootstrap release, then uninstall'
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
    *) fail "unknown argument '$1'; usage: install.sh [--root DIR] [--uninstall]" ;;
  esac
  shift
done
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail 'only root may do this; run it with sudo'
old=$(cat "$root/$list" 2>/dev/null || true)
"$action"
