#!/bin/sh
# What the tests need beside Python and Node: Chromium and a Japanese font for the panels, PostgreSQL for the catalog.
# Installs Debian's packages where it may; else says in words what is missing, and the tests that need it say so too.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="chromium"
fc-list 2>/dev/null | grep -qi "cjk" || missing="$missing fonts-noto-cjk fontconfig"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "system: not installed here:$(printf ' %s' $missing). On Debian or Ubuntu: sudo apt install $missing" >&2
    echo "system: the tests that need them are skipped and say so." >&2
    exit 0
fi
echo "system: installing$(printf ' %s' $missing) (once)"
export DEBIAN_FRONTEND=noninteractive
log="$(mktemp)"
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    echo "system: that did not work (its last words are above); the tests that need it are skipped and say so." >&2
fi
rm -f "$log"
