# What the machine must have for ./run and ./test. Sourced by both; asks no question, installs only what Debian has.

if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

step() { printf '%s== [%3d s] %s%s\n' "$bold" "$SECONDS" "$*" "$plain"; }

say() { printf '   %s\n' "$*"; }

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Prints the runtime identifier that Native AOT compiles for: that of the machine it runs on.
runtime_identifier() {
    [[ $(uname -s) == Linux ]] || die "FastCore's programs are built for Linux; this is $(uname -s)."
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        *) die "FastCore's programs are built for x86-64 and arm64; this is $(uname -m)." ;;
    esac
}

# install PACKAGE...: true when Debian's packages were installed, false where that is not possible.
install() {
    local elevate=()
    command -v apt-get >/dev/null || return 1
    if [[ $(id -u) != 0 ]]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        elevate=(sudo -n)
    fi
    say "installing $*"
    # The list may be stale or absent: it is fetched only when the first try says so.
    "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 && return 0
    "${elevate[@]}" apt-get update -qq >/dev/null 2>&1 || return 1
    "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The SDK's own script installs into ~/.dotnet, which a shell that is already open does not have on its path.
need_sdk() {
    if [[ -x $HOME/.dotnet/dotnet ]] && ! command -v dotnet >/dev/null; then
        export DOTNET_ROOT=$HOME/.dotnet PATH=$HOME/.dotnet:$PATH
    fi
    command -v dotnet >/dev/null && dotnet --version >/dev/null 2>&1 && return 0
    die "the .NET 10 SDK is missing. This installs it:
    curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
}

# Whether the linker that Native AOT would call (clang, else gcc) links a program. Asking for the compiler alone is not
# enough: without the C library's development files it is there and fails.
can_link() {
    local linker program
    linker=$(command -v clang || command -v gcc) || return 1
    program=$(mktemp)
    if echo 'int main(void) { return 0; }' | "$linker" -x c - -lz -lm -o "$program" 2>/dev/null; then
        rm -f "$program"
    else
        rm -f "$program"
        return 1
    fi
}

need_linker() {
    can_link && return 0
    if install gcc libc6-dev zlib1g-dev && can_link; then return 0; fi
    die "Native AOT needs a linker; install these packages: gcc libc6-dev zlib1g-dev"
}

# Builds the two programs as a user would get them: out/bin/fastcore and out/bin/peers/kestrel-peer.
publish_programs() {
    local rid
    rid=$(runtime_identifier)
    step "Native AOT: out/bin/fastcore ($rid)"
    dotnet publish native-aot/cli -c Release -r "$rid" -o out/bin -v q -nologo
    step "Native AOT: out/bin/peers/kestrel-peer ($rid)"
    dotnet publish perf/peers/kestrel -c Release -r "$rid" -o out/bin/peers -v q -nologo
}

# Builds the two gateways: out/bin/gateway/fastcore-gateway and out/bin/peers/yarp-gateway.
publish_gateways() {
    local rid
    rid=$(runtime_identifier)
    step "Native AOT: out/bin/gateway/fastcore-gateway ($rid)"
    dotnet publish examples/gateway -c Release -r "$rid" -o out/bin/gateway -v q -nologo
    step "Native AOT: out/bin/peers/yarp-gateway ($rid)"
    dotnet publish perf/peers/yarp-gateway -c Release -r "$rid" -o out/bin/peers -v q -nologo
}

# Builds the peers that are no part of .NET: out/bin/peers/uring-responder and out/bin/peers/fasthttp-peer. Debian has what
# they are made of. nginx is not installed here: Debian's package starts a server at once.
publish_more_peers() {
    step "The other peers"
    install gcc libc6-dev liburing-dev golang-go golang-github-valyala-fasthttp-dev || die "the other peers need these packages: gcc libc6-dev liburing-dev golang-go golang-github-valyala-fasthttp-dev"
    mkdir -p out/bin/peers
    gcc -O2 -o out/bin/peers/uring-responder perf/peers/uring-responder/responder.c -luring
    (cd perf/peers/fasthttp && GO111MODULE=off GOPATH=/usr/share/gocode go build -o ../../../out/bin/peers/fasthttp-peer .)
}

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
