#!/usr/bin/env bash
# Installs axe-core, which checks pages in a browser, into var/page-checks: from npm, exactly what the lock file pins.
# Never fails: where it may not install, it prints why, and the tests say at their end what therefore did not run.
set -uo pipefail
cd "$(dirname "$0")/.."

source=deploy/page-checks
folder=var/page-checks
cmp -s "$source/package-lock.json" "$folder/package-lock.json" && [ -f "$folder/node_modules/axe-core/axe.min.js" ] && exit 0

command -v npm >/dev/null || {
    echo "install-page-checks: npm is not installed (Debian: npm), so no page is checked with axe-core." >&2
    exit 0
}
mkdir -p "$folder"
cp "$source/package.json" "$source/package-lock.json" "$folder/"
npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent ||
    echo "install-page-checks: axe-core cannot be had from npm's registry, so no page is checked with it." >&2
exit 0
