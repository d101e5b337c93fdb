#!/usr/bin/env bash
# System parts that some tests need and pip cannot bring: chromium (browser journeys), a font with Korean letters (what those
# journeys look at), nginx (the proxy's configuration in deploy/). Nothing is started by installing it.
# As root on a Debian-like system a missing one is installed by name; elsewhere the tests that need it say so and are skipped.
set -u
have() { command -v "$1" >/dev/null 2>&1; }
has_korean() { have fc-list && [ -n "$(fc-list :lang=ko family)" ]; }

missing=()
have chromium || have chromium-browser || have google-chrome || missing+=(chromium)
has_korean || missing+=(fonts-noto-cjk)
have nginx || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
[ "${#missing[@]}" = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && have apt-get; then
  echo "Installing ${missing[*]} for the tests"
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get install -y -qq --no-install-recommends "${missing[@]}" fontconfig >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" fontconfig >/dev/null; } ||
    echo "${missing[*]} could not be installed: the tests that need them are skipped (in CI that is a failure)"
fi
exit 0
