# shellcheck shell=bash
# Sourced by ./run, ./test and .ci/run: makes sure that what they need is installed, or says exactly what to install.

say() { printf '%s\n' "$*" >&2; }

require_dotnet() {
  if command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then return; fi
  say 'The .NET SDK 10 is missing. Install it, then run this again:'
  case "$(uname -s)" in
    Darwin) say '  brew install --cask dotnet-sdk' ;;
    *)
      if command -v dnf >/dev/null; then say '  sudo dnf install dotnet-sdk-10.0'
      else
        say '  Ubuntu:   sudo apt-get install dotnet-sdk-10.0'
        say '  Debian and others: https://learn.microsoft.com/dotnet/core/install/linux'
      fi ;;
  esac
  exit 1
}

has_postgresql() { command -v pg_ctl >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' >/dev/null; }

has_rabbitmq() {
  local directory
  for directory in /usr/lib/rabbitmq/bin /usr/sbin /usr/local/sbin /opt/homebrew/sbin; do
    [ -x "$directory/rabbitmq-server" ] && return
  done
  command -v rabbitmq-server >/dev/null
}

# What is missing, as the names of Debian's packages.
missing_servers() {
  has_postgresql || echo postgresql
  has_rabbitmq || echo rabbitmq-server
}

# try_tools PROGRAM…: for tests that make a disk fail (strace), move a clock (faketime) or raise alarms (prometheus). What can't be
# installed is done without, and the tests say so. The packages have the programs' names.
try_tools() {
  local as_root=() missing=() tool
  for tool in "$@"; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  if [ ${#missing[@]} -eq 0 ] || ! command -v apt-get >/dev/null; then return; fi
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  if [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; then install_quietly "${missing[@]}" || true; fi
}

docker_answers() { command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1 && timeout 10 docker ps >/dev/null 2>&1; }

# Debian 12's engine speaks API 1.41; the client library asks for 1.44 unless told.
speak_dockers_version() {
  local engine
  engine=$(docker version --format '{{.Server.APIVersion}}' 2>/dev/null) || return 0
  if [ "$(printf '%s\n' "$engine" 1.44 | sort -V | head -n 1)" != 1.44 ]; then export DOCKER_API_VERSION="${DOCKER_API_VERSION:-$engine}"; fi
}

docker_has_images() {
  docker image inspect rabbitmq:4-management >/dev/null 2>&1 && docker image inspect postgres:17 >/dev/null 2>&1
}

# Installs PostgreSQL and RabbitMQ where we can (Debian, Ubuntu; root or sudo without a question); else says how and ends.
require_servers() {
  local missing as_root=()
  mapfile -t missing < <(missing_servers)
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  if command -v apt-get >/dev/null && { [ ${#as_root[@]} -eq 0 ] || sudo -n true 2>/dev/null; }; then
    say "Installing ${missing[*]} (the packages' own services are not started) …"
    install_quietly "${missing[@]}"
    return
  fi
  say "Missing: ${missing[*]}. Install, then run this again:"
  if command -v apt-get >/dev/null; then say "  sudo apt-get install ${missing[*]}"
  elif command -v dnf >/dev/null; then say "  sudo dnf install ${missing[*]/postgresql/postgresql-server}"
  elif command -v brew >/dev/null; then say "  brew install ${missing[*]/rabbitmq-server/rabbitmq}"
  else say '  PostgreSQL 15 or newer, and RabbitMQ 3.10 or newer, by your system'"'"'s package manager'
  fi
  say 'Or start Docker: then containers are used.'
  exit 1
}

# policy-rc.d is how Debian's packages ask whether they may start their services. The answer is no, just for this once.
install_quietly() (
  policy=/usr/sbin/policy-rc.d
  saved=''
  # shellcheck disable=SC2317 # called by the trap
  restore() {
    "${as_root[@]}" rm -f "$policy"
    if [ -n "$saved" ]; then "${as_root[@]}" mv "$saved" "$policy"; fi
  }
  if [ -e "$policy" ]; then saved="$policy.before-kkiaevents"; "${as_root[@]}" mv "$policy" "$saved"; fi
  trap restore EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
)

# build WHAT STAMP OUTPUT [HOW]: builds quietly, and not at all when no source is newer than the last build that worked.
# HOW is the function that does it, given WHAT and OUTPUT. KKIAEVENTS_BUILT=1 says that the caller has built everything.
build() {
  local what=$1 stamp=$2 output=$3 how=${4:-compile} log
  if [ "${KKIAEVENTS_BUILT:-}" = 1 ] && [ -e "$output" ]; then return; fi
  if [ -e "$stamp" ] && [ -e "$output" ] && [ -z "$(newer_than "$stamp")" ]; then return; fi
  say "Building $(basename "${what%.*}") …"
  mkdir -p "$(dirname "$stamp")"
  log=$(mktemp)
  # The time before the build: what is edited while it runs is built next time.
  touch "$stamp.new"
  if ! "$how" "$what" "$output" >"$log" 2>&1 </dev/null; then
    grep -E '(error|warning) ' "$log" | sort -u | head -n 30 >&2 || tail -n 30 "$log" >&2
    rm -f "$log" "$stamp.new"
    exit 1
  fi
  rm -f "$log"
  mv "$stamp.new" "$stamp"
}

compile() { dotnet build "$1" -c Release -v q -nodeReuse:false --nologo; }

# Compiled ahead of time a command starts in a fraction of the time: the whole command line as far as the runtime can use it
# (ReadyToRun), its questions to the ledger as a native program. Each needs a compiler that comes as a package, the second a
# C linker too. A feed or a machine without them, and a processor that the lock file does not know, do with what there is.
compile_kkia() {
  local whole questions=.run/kkia-native
  whole=$(dirname "$2")
  rm -rf "$whole" "$questions"
  compile_ahead "$1" "$whole" || publish "$1" "$whole" || return
  compile_ahead src/Cli/Native/KkiaEvents.Cli.Native.csproj "$questions" || { echo 'No native program.' && rm -rf "$questions"; }
}

publish() { dotnet publish "$1" -c Release -o "$2" -v q -nodeReuse:false --nologo "${@:3}"; }

compile_ahead() { publish "$1" "$2" -p:CompileAhead=true; }

newer_than() {
  local trees=() tree
  for tree in src infra samples tests bench; do [ -d "$tree" ] && trees+=("$tree"); done
  find "${trees[@]}" ./*.props ./*.sln ./global.json \
    \( -name bin -o -name obj -o -name node_modules -o -name TestResults \) -prune -o -type f -newer "$1" -print -quit
}
