#!/bin/sh
# The panels' side of make: "build" makes their bundles, "test" lints, types and tests them too.
# Without Node nbml works but for its panels, which say so; CI must have it.
set -eu
cd "$(dirname "$0")/../js"
want="${1:-build}"

has_node() {
    command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
            >/dev/null 2>&1
}

if ! has_node; then
    echo "js: Node 20.19 or newer with npm was not found; the panels are not built and not tested, all else works." >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi

stamp="node_modules/.nbml"
now="$(cat package-lock.json | cksum) $(node --version)"
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$now" ]; then
    echo "js: installing what the panels are built with (once; half a minute)"
    npm ci --no-audit --no-fund --loglevel=error || {
        echo "js: the packages could not be installed (npm's own words are above); a registry must be reachable." >&2
        exit 1
    }
    echo "$now" >"$stamp"
fi

node build.mjs
[ "$want" = test ] || exit 0
npx --no-install biome ci --colors=off .
npx --no-install tsc --noEmit
PYTHON="$(cd .. && pwd)/.venv/bin/python" node scripts/types.mjs --check
npx --no-install vitest run
