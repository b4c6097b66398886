#!/bin/sh
# Makes both runtimes from the hashed requirement files: .venv (Python 3.12 or 3.13: everything of ours) and .venv-rasa
# (Python 3.10: Rasa alone). Needs: git, make, python3 with pip or venv. Root or not; nothing is installed on the
# system. Safe to repeat and quick when nothing changed.
#
#     sh service/bootstrap.sh run     what `make run` needs
#     sh service/bootstrap.sh test    the same, and what the tests need
set -eu
cd "$(dirname "$0")/.."
unset VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE || true
export PIP_DISABLE_PIP_VERSION_CHECK=1
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}" UV_NATIVE_TLS="${UV_NATIVE_TLS:-true}" # what the machine trusts

say() { printf 'setup: %s\n' "$*" >&2; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

LEAST_FREE_MB=5000

need_disk() {
    free_mb=$(df -Pm . | awk 'NR==2 {print $4}')
    [ "$free_mb" -ge "$LEAST_FREE_MB" ] ||
        die "the disk has $free_mb MB free and the two runtimes need about $LEAST_FREE_MB MB: make room, then run this again"
}

# uv: one that answers on PATH, else a private copy. A pyenv shim may be there and not run.
uv_works() { "$1" --version >/dev/null 2>&1; }
find_uv() {
    if uv_works .tools/bin/uv; then UV=$PWD/.tools/bin/uv; return; fi
    if uv_works uv; then UV=uv; return; fi
    command -v python3 >/dev/null 2>&1 || die "python3 is missing: install Python 3 with pip, then run this again"
    say "getting uv, a package installer, into .tools"
    rm -rf .tools
    if python3 -m venv .tools >/dev/null 2>&1; then
        .tools/bin/python -m pip install -q "uv>=0.9,<1" || die "uv could not be installed: is the package index reachable?"
    else
        rm -rf .tools
        python3 -m pip install -q --target .tools "uv>=0.9,<1" ||
            die "python3 has neither venv nor a working pip: install python3-venv or python3-pip, then run this again"
    fi
    UV=$PWD/.tools/bin/uv
    uv_works "$UV" || die "uv was installed but does not run on this machine"
}

# Pythons: pyenv's shims answer only for selected versions, so its real folders are looked through as well.
find_python() { # $@: wanted versions, best first; prints the path of a Python, or the version for uv to download
    for version in "$@"; do
        for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin; do
            if [ -x "$folder/python$version" ] && "$folder/python$version" -c '' 2>/dev/null; then
                echo "$folder/python$version"; return
            fi
        done
        if found=$("$UV" python find --no-python-downloads "$version" 2>/dev/null); then echo "$found"; return; fi
    done
    echo "$1"
}

# $1 folder, $2 stamp, $3 what for, then: wanted Python versions
make_venv() {
    folder=$1 what=$2
    shift 2
    python=$(find_python "$@")
    case "$python" in
        /*) ;;
        *) say "no Python $python on this machine: uv downloads one" ;;
    esac
    rm -rf "$folder"
    "$UV" venv -q --python "$python" "$folder" ||
        die "$what needs Python $(echo "$@" | sed 's/ / or /g'), which is not here and could not be downloaded: install it, then run this again"
}

checksum() { cat "$@" | cksum | tr ' ' '-'; }

install() { # $1 folder, $2 name of the step, then requirement files
    folder=$1 step=$2
    shift 2
    stamp=$folder/.installed-$step-$(checksum "$@")
    [ -e "$stamp" ] && return 0
    say "installing into $folder ($step)"
    set -- $(for file in "$@"; do printf -- '-r %s ' "$file"; done)
    # byte-compiled now: without it Rasa starts in 17 s instead of 6
    "$UV" pip install -q --python "$folder/bin/python" --require-hashes --compile-bytecode "$@" ||
        die "packages for $folder could not be installed; the lines above say why"
    rm -f "$folder/.installed-$step-"*
    : >"$stamp"
}

find_uv
app=requirements/app.txt rasa=requirements/rasa.txt dev=requirements/dev.txt

if [ ! -e ".venv/.made-$(checksum $app)" ] || ! .venv/bin/python -c '' 2>/dev/null; then
    need_disk
    make_venv .venv "Puente" 3.13 3.12
    : >".venv/.made-$(checksum $app)"
fi
install .venv app $app
if [ ! -x .venv/bin/puente ]; then
    "$UV" pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . || die "puente itself could not be installed"
fi
if [ "${1:-run}" = test ]; then install .venv dev $dev; fi

if [ ! -e ".venv-rasa/.made-$(checksum $rasa)" ] || ! .venv-rasa/bin/python -c '' 2>/dev/null; then
    need_disk
    make_venv .venv-rasa "Rasa" 3.10
    : >".venv-rasa/.made-$(checksum $rasa)"
fi
install .venv-rasa rasa $rasa
