#!/usr/bin/env bash
# A base image with Python from Debian's packages, for machines that reach no image registry. Needs root, debootstrap, buildah.
#   deploy/python-base.sh NAME [SUITE]         nothing happens when buildah knows an image of that name
# The certificates that this machine trusts go along: a base made behind a proxy is used behind it.
set -euo pipefail

name=${1:?the name of the image}
suite=${2:-trixie}

buildah inspect --type image "$name" >/dev/null 2>&1 && exit 0
echo "python-base: making $name from Debian $suite"
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$suite" "$folder/system" >"$folder/log" 2>&1 \
    || { tail -5 "$folder/log" >&2; exit 1; }
rm -rf "$folder"/system/var/cache/apt/archives/*.deb "$folder"/system/var/lib/apt/lists/* "$folder"/system/usr/share/{doc,man,locale}/*
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt "$folder/system/etc/ssl/certs/"; fi

container=$(buildah from scratch)
buildah add --quiet "$container" "$folder/system" / >/dev/null
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd python3 "$container"
buildah commit --quiet --rm "$container" "$name" >/dev/null
