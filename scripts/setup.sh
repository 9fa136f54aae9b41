#!/bin/sh
# Makes .venv with nbml in it, editable, at the pinned versions; "dev" adds what the tests need.
# Does nothing, and needs no network, when the same has been done from the same pyproject.toml and constraints.txt.
set -eu
cd "$(dirname "$0")/.."
want="${1:-run}"

cannot() {
    printf '\n%s\n' "setup: $1" >&2
    exit 1
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys, venv, ensurepip; raise SystemExit(not (3, 11) <= sys.version_info < (3, 14))' \
            >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
}

fingerprint() {
    "$python" -c 'import hashlib, pathlib, sys
parts = [pathlib.Path(name).read_bytes() for name in ("pyproject.toml", "constraints.txt", "scripts/setup.sh")]
print(hashlib.sha256(b"".join(parts) + sys.version.encode()).hexdigest())'
}

python="$(find_python)"
[ -n "$python" ] || cannot "nbml needs Python 3.11, 3.12 or 3.13 with its venv module, and found none.
Install one (Debian and Ubuntu: apt install python3 python3-venv) or name it: make PYTHON=/path/to/python3.12 $want"

now="$(fingerprint)"
stamp() { cat ".venv/.nbml-$1" 2>/dev/null || true; }
if [ "$(stamp dev)" = "$now" ] || { [ "$want" = run ] && [ "$(stamp run)" = "$now" ]; }; then
    exit 0
fi

[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv ||
    cannot "the virtual environment .venv could not be made with $python (see above)."
pip() {
    PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install -qq --constraint constraints.txt "$@" ||
        cannot "the packages could not be installed (pip's own words are above).
A package index must be reachable the first time; about 2 GB of disk are needed. Then run the same command again."
}
echo "setup: installing nbml and what it needs into .venv (once; a few minutes)"
pip --upgrade pip hatchling editables
if [ "$want" = dev ]; then
    pip --no-build-isolation --editable . --group dev
else
    pip --no-build-isolation --editable .
fi
echo "$now" >".venv/.nbml-$want"
