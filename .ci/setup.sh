# Shared by ./notebooks/run, ./Tests/run and ./kernelspec/install: says what is missing, why it is needed, and installs it.
# Source it from the repository's root. Nothing is installed twice, nothing outside Debian's packages and PyPI is fetched.

say() { printf '\n==> %s\n' "$*" >&2; }

die() {
    printf '\nerror: %s\n' "$*" >&2
    exit 1
}

# need PACKAGE "what it is for": installs the Debian package unless it is there.
need() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed' && return
    say "installing $1 ($2)"
    command -v apt-get >/dev/null || die "$1 is missing ($2) and this is not a Debian system: install its equivalent by hand"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "$1 is missing ($2): run 'apt-get install $1' as root, then repeat this command"
        as_root=(sudo)
    fi
    # Unpacking some packages clears temporary files of others, so this one uses a folder of its own.
    mkdir -p .build/tmp
    [ -n "${apt_updated:-}" ] || { "${as_root[@]}" apt-get update -qq && apt_updated=yes; }
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive TMPDIR="$PWD/.build/tmp" \
        apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$1" >.build/apt.log 2>&1 ||
        die "installing $1 failed: $(tail -n 3 .build/apt.log)"
}

need_swift() {
    command -v swift >/dev/null || die "Swift 6.3 is not on PATH: install it from https://www.swift.org/install/linux, then repeat this command"
    swift --version 2>/dev/null | grep -Eq 'version (6\.[3-9]|[7-9])' || die "Swift 6.3 or newer is needed, this is $(swift --version 2>/dev/null | head -n 1)"
}

# What building and running the binary needs.
need_build_tools() {
    need_swift
    need libzmq3-dev "ZeroMQ: the kernel's sockets"
    need libcurl4 "libcurl: hubs that are servers, loaded only when one is used"
    need libhdf5-103-1 "HDF5: reading and writing model.h5, loaded only when a model is saved or opened"
}

# The binary carries the Swift runtime, so that it starts faster and runs where no toolchain is; it has a build folder of its own,
# because the tests cannot be built that way. What runs at the start lies together in it (Tests/Bench/startup_symbols.py), and nothing
# looks up its symbols at run time: both spare memory, of which a kernel is mostly made when it is idle.
build_apus() {
    need_build_tools
    local build=(swift build -c release --static-swift-stdlib --scratch-path .build/binary --product apus
        -Xswiftc -use-ld=lld -Xlinker --no-export-dynamic
        -Xlinker "--symbol-ordering-file=$PWD/.ci/startup-symbols.txt" -Xlinker --no-warn-symbol-ordering)
    # The same for the addresses to adjust at the start, a megabyte that becomes eleven kilobytes; from glibc 2.36 on.
    printf '2.36\n%s\n' "$(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)" | sort -CV &&
        build+=(-Xlinker -z -Xlinker pack-relative-relocs)
    say "building apus (the first time takes a few minutes)"
    "${build[@]}" >.build/build.log 2>&1 || { tail -n 40 .build/build.log >&2; die "the build failed, see .build/build.log"; }
    apus="$("${build[@]}" --show-bin-path)/apus"
}

# Cells of Swift code: the session program that uses the toolchain's own runtime, which it has to share with the cells, beside the binary.
build_swift_cells() {
    need_build_tools
    local build=(swift build -c release --product apus-swift)
    say "building apus-swift, for cells of Swift code (the first time takes a few minutes)"
    "${build[@]}" >.build/build-swift.log 2>&1 || { tail -n 40 .build/build-swift.log >&2; die "the build failed, see .build/build-swift.log"; }
    local folder
    folder="$("${build[@]}" --show-bin-path)"
    # The session starts only beside the runtime that it was built for.
    stat -c %s "$(dirname "$(readlink -f "$(command -v swift)")")/../lib/swift/linux/libswiftCore.so" >"$folder/apus-swift.runtime"
    [ -z "${apus:-}" ] || ln -sfn "$folder" "$(dirname "$apus")/swift"
}

# python_environment NAME REQUIREMENTS: a virtual environment in .build/NAME with exactly those packages.
python_environment() {
    local folder=".build/$1" requirements="$2"
    if ! cmp -s "$requirements" "$folder/requirements.txt"; then
        command -v python3 >/dev/null || need python3 "the tools that check our files and protocols"
        python3 -c 'import ensurepip' 2>/dev/null || need python3-venv "a virtual environment for those tools"
        say "installing $(grep -vc '^#' "$requirements") Python packages into $folder (only to check ours against theirs)"
        python3 -m venv --clear "$folder"
        "$folder/bin/pip" install -q --disable-pip-version-check -r "$requirements"
        cp "$requirements" "$folder/requirements.txt"
    fi
    python="$PWD/$folder/bin/python"
}
