#!/bin/sh
# Everything that happens in the container, while it is built and while it runs. No name of it is fixed to a container: the
# tests run it in a folder of their own.
#
#   build     the package and what it needs, from the lock, into PREFIX
#   data      the folder of the node, for OWNER alone
#   start     serves the node; without one, says how it is made
#   health    whether the node is ready; for the container's own check
#   ...       any other command of comity: init, migrate, backup
set -eu

: "${PREFIX:=/opt/comity}" "${SOURCE:=/src}" "${COMITY_DATA:=/data}" "${OWNER:=10001}"
: "${COMITY_HOST:=0.0.0.0}" "${COMITY_PORT:=8000}"
export COMITY_DATA COMITY_HOST COMITY_PORT

case "${1:-}" in
build)
    python3 -m venv "$PREFIX"
    pip="$PREFIX/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check --no-input"
    $pip --require-hashes --requirement "$SOURCE/requirements/run.txt"
    $pip --no-deps --no-build-isolation "$SOURCE"
    "$PREFIX/bin/python" -m compileall -q "$PREFIX/lib"
    cp "$SOURCE/deploy/container.sh" "$PREFIX/bin/container.sh"
    chmod 0755 "$PREFIX/bin/container.sh"
    ;;
data)
    install -d -m 0700 -o "$OWNER" -g "$OWNER" "$COMITY_DATA"
    ;;
start)
    if [ ! -f "$COMITY_DATA/node.toml" ]; then
        echo "There is no node in $COMITY_DATA. Make one, in the same volume: init $COMITY_DATA --name ... --jurisdiction ..." >&2
        exit 1
    fi
    # COMITY_HOST is every address of the container: the node refuses that without TLS or a declared proxy, here as elsewhere.
    exec "$PREFIX/bin/comity" serve
    ;;
health)
    exec "$PREFIX/bin/python" -c '
import os, ssl, sys, urllib.request
tls = bool(os.environ.get("COMITY_TLS_CERT"))
context = ssl._create_unverified_context() if tls else None  # ourselves, over loopback, by no name
url = ("https" if tls else "http") + "://127.0.0.1:" + os.environ["COMITY_PORT"] + "/readyz"
try:
    sys.stdout.write(urllib.request.urlopen(url, timeout=5, context=context).read().decode())
except OSError as error:
    sys.exit(f"not ready: {error}")
'
    ;;
"")
    echo "usage: container.sh build | data | start | health | COMMAND" >&2
    exit 2
    ;;
*)
    exec "$PREFIX/bin/comity" "$@"
    ;;
esac
