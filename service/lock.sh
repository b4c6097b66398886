#!/bin/sh
# Writes the hashed requirement files from pyproject.toml. They name no index address: whoever installs uses their own.
set -eu
cd "$(dirname "$0")/.."
unset UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL || true
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
UV=uv
[ -x .tools/bin/uv ] && UV=.tools/bin/uv
compile() { "$UV" pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate "$@"; }
compile pyproject.toml --group build --python-version 3.12 -o requirements/app.txt
compile --group dev --python-version 3.12 -c requirements/app.txt -o requirements/dev.txt
compile --group rasa --python-version 3.10 -o requirements/rasa.txt
