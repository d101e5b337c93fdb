#!/usr/bin/env bash
# Writes requirements/*.txt: every package that pyproject.toml leads to, for Python 3.11 and up, pinned with hashes.
# The files name no index: whoever installs uses the index that their pip is set up for.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate --group build "$@"
}
compile --upgrade --output-file requirements/run.txt
compile --upgrade --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
