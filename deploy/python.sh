# Sourced by the commands beside it: an environment of Python with exactly the pinned packages, in var/venv.
# The caller stands in the checkout.

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "This needs root or sudo: $*"
        exit 1
    fi
}

# A Python that makes venvs: the system's first, for its place is open to every user.
find_python() {
    local name
    for name in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
            >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
}

install_python() {
    if ! command -v apt-get >/dev/null; then
        say "Python 3.11 to 3.13 with venv is needed, and this is no Debian or Ubuntu: please install it."
        exit 1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install python3 python3-venv >&2
}

# ensure_venv FILE...: install these requirement files unless their digests say that they are.
ensure_venv() {
    local python file stamp missing=()
    mkdir -p var
    exec 9>var/.venv.lock
    flock 9
    if [ ! -x var/venv/bin/python ]; then
        python=$(find_python)
        if [ -z "$python" ]; then
            install_python
            python=$(find_python)
        fi
        if [ -z "$python" ]; then
            say "No Python 3.11, 3.12 or 3.13 found: please install one with its venv package."
            exit 1
        fi
        say "Making var/venv with $("$python" --version)"
        "$python" -m venv var/venv
    fi
    mkdir -p var/venv/.installed
    for file in "$@"; do
        stamp="var/venv/.installed/$file"
        if ! sha256sum --status -c "$stamp" 2>/dev/null; then
            missing+=("$file")
        fi
    done
    if [ ${#missing[@]} -gt 0 ]; then
        say "Installing ${missing[*]}"
        var/venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes "${missing[@]/#/-r}" >&2
        for file in "${missing[@]}"; do
            sha256sum "$file" >"var/venv/.installed/$file"
        done
    fi
    flock -u 9
    exec 9>&-
}

run_stack() {
    PYTHONPATH="deploy:platform" exec var/venv/bin/python -m stack "$@"
}
