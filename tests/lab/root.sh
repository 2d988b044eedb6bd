#!/bin/bash
# Enters the files of another Debian as the root of a lab, inside the lab's mount namespace. They are mounted one by one in
# a folder of memory, and none can be written: what the lab makes is in memory too, or in /tmp, which is the machine's.
# Usage: root.sh ROOT RUN SEEN... -- COMMAND...; SEEN are further folders of the machine that the lab has to see.
set -euo pipefail
root=$1
run=$2
shift 2
new=${run}/root
mount -t tmpfs -o mode=755 tmpfs "${new}"
mkdir -p "${new}"/{dev,proc,sys,tmp,run,root,lscratch,var/lib,var/log,var/tmp}
for each in "${root}"/{bin,sbin,lib,lib64}; do cp -P "${each}" "${new}"; done
for each in usr etc; do
  mkdir "${new}/${each}"
  mount --bind -o ro "${root}/${each}" "${new}/${each}"
done
for each in dev proc sys; do mount --rbind "/${each}" "${new}/${each}"; done
mount --bind /tmp "${new}/tmp" # not what is mounted below: that is this root
mount --bind "${run}/etc/hosts" "${new}/etc/hosts"
while [[ $1 != -- ]]; do
  mkdir -p "${new}/$1"
  mount --rbind -o ro "$1" "${new}/$1"
  shift
done
shift
exec chroot "${new}" "$@"
