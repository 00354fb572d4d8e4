#!/bin/sh
# The bundled components have the same bytes wherever the checkout and cargo's home lie: their digests are keys of stored work.
# Builds them here and in a copy, and compares.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

copy="$scratch/another checkout"
mkdir "$copy"
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --ignore-failed-read -cf - 2>/dev/null | tar -xf - -C "$copy"
ln -s "${CARGO_HOME:-$HOME/.cargo}" "$scratch/cargo home"

# Prints digests and names of the components that a build in $1 leaves below the target folder $2.
digests() {
    (cd "$1" && CARGO_TARGET_DIR="$2" cargo build --quiet --locked -p rushes-bundled)
    # The tests' own components may lie there as well.
    (cd "$2/components/wasm32-wasip2/component" && find . -maxdepth 1 -name 'rushes_*.wasm' ! -name 'rushes_test_*' | sort | xargs sha256sum)
}

digests "$here" "${CARGO_TARGET_DIR:-$here/target}" >"$scratch/here"
CARGO_HOME="$scratch/cargo home" digests "$copy" "$copy/target" >"$scratch/there"
cat "$scratch/here"
if ! diff "$scratch/here" "$scratch/there"; then
    echo "components differ between $here and a copy of it" >&2
    exit 1
fi
