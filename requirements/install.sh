#!/bin/sh
# Make .venv where it is missing and bring it to one lock: sh requirements/install.sh run|test
# Everything is installed inside .venv, so a Python that the system manages is left as it is.
set -eu
lock=requirements/$1.txt
python=${PYTHON:-python3}
uv=$(command -v uv || true)

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; name one with PYTHON=…" >&2
    exit 1
fi

if [ ! -x .venv/bin/python ]; then
    if [ -n "$uv" ]; then
        "$python" -m venv --without-pip .venv
    elif ! "$python" -m venv .venv >/dev/null 2>&1; then
        # Debian's python3 lacks ensurepip until python3-venv is installed.
        "$python" -m venv --clear --without-pip .venv
    fi
fi

if [ -n "$uv" ]; then
    install() { "$uv" pip install --quiet --python .venv/bin/python "$@"; }
elif .venv/bin/python -c 'import pip' 2>/dev/null; then
    install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"; }
elif "$python" -c 'import pip' 2>/dev/null; then
    install() {
        "$python" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check "$@"
    }
else
    echo "Neither uv nor pip was found: install uv, or the package python3-venv or python3-pip" >&2
    exit 1
fi

install --require-hashes -r "$lock"
install --no-build-isolation --no-deps -e .
