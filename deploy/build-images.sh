#!/usr/bin/env bash
# Builds the services' images, parindex/<service>, with whichever of docker, podman and buildah works here.
#   deploy/build-images.sh [assessment|survey|scoring|publication]…        without words: all four
#   BUILDER=docker|podman|buildah    do not choose, take this one
#   TAG=0.1.0                        default: latest
#   PYTHON_IMAGE=…                   another base; `debootstrap`: made here from Debian's packages, no image registry asked
#   PIP_INDEX_URL=…                  where Python packages come from, behind a mirror
set -euo pipefail
cd "$(dirname "$0")/.."

choose() {
    if docker info >/dev/null 2>&1; then echo docker # the client alone builds nothing
    elif command -v podman >/dev/null; then echo podman
    elif command -v buildah >/dev/null; then echo buildah
    else
        echo "build-images: none of docker (with a running engine), podman, buildah is here" >&2
        return 1
    fi
}

builder=${BUILDER:-$(choose)}
arguments=(--file deploy/Dockerfile)
if [ "${PYTHON_IMAGE:-}" = debootstrap ]; then
    [ "$builder" = buildah ] || { echo "build-images: PYTHON_IMAGE=debootstrap is for buildah" >&2; exit 2; }
    PYTHON_IMAGE=localhost/parindex-python:trixie
    deploy/python-base.sh "$PYTHON_IMAGE" trixie
fi
if [ -n "${PYTHON_IMAGE:-}" ]; then arguments+=(--build-arg "PYTHON_IMAGE=$PYTHON_IMAGE"); fi
if [ -n "${PIP_INDEX_URL:-}" ]; then arguments+=(--build-arg "PIP_INDEX_URL=$PIP_INDEX_URL"); fi

case $builder in
    docker) build=(docker build) ;;
    podman) build=(podman build --format docker) ;; # the OCI format forgets health checks
    # chroot: no namespaces, no runtime of containers; works where a build machine is itself a small sandbox
    buildah) build=(buildah bud --format docker --layers --pull=false --isolation chroot --ulimit nofile=10000:10000) ;;
    *) echo "build-images: BUILDER is docker, podman or buildah" >&2; exit 2 ;;
esac

services=("$@")
[ ${#services[@]} -gt 0 ] || services=(assessment survey scoring publication)
for service in "${services[@]}"; do
    [ -d "services/$service" ] || { echo "build-images: no service is called '$service'" >&2; exit 2; }
    "${build[@]}" "${arguments[@]}" --build-arg "SERVICE=$service" --tag "parindex/$service:${TAG:-latest}" .
done
