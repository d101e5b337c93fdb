#!/usr/bin/env bash
# System parts that some tests need and pip cannot bring: chromium (browser journeys).
# As root on a Debian-like system a missing one is installed by name; elsewhere the tests that need it say so and are skipped.
set -u
have() { command -v "$1" >/dev/null 2>&1; }

have chromium || have chromium-browser || have google-chrome && exit 0
if [ "$(id -u)" = 0 ] && have apt-get; then
  echo "Installing chromium for the browser tests"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } ||
    echo "chromium could not be installed: the browser tests are skipped (in CI that is a failure)"
fi
exit 0
