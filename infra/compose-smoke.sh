#!/usr/bin/env bash
# Proves docker-compose.yml: builds, starts everything, waits until all is healthy, sends one payment through, takes it
# all down again. Leaves nothing: no container, volume, network, secret or image; only the engine's build cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
if docker compose version >/dev/null 2>&1; then compose=(docker compose)
elif command -v docker-compose >/dev/null; then compose=(docker-compose)
else say 'Neither docker compose nor docker-compose is installed.'; exit 1
fi

scratch=$(mktemp -d)
certificates=()
export COMPOSE_PROJECT_NAME="kkiaevents-smoke-$$"
export KKIAEVENTS_SECRETS="$scratch/secrets"
# Free ports of Docker's choice: the usual ones may be taken.
export RABBITMQ_PORT='' RABBITMQ_MANAGEMENT_PORT='' POSTGRES_PORT='' INGRESS_PORT='' CONSOLE_PORT='' SANDBOX_PORT='' PROMETHEUS_PORT='' GRAFANA_PORT=''
files=(-f docker-compose.yml)

finish() {
  local code=$?
  trap - EXIT INT TERM
  if [ $code -ne 0 ]; then
    "${compose[@]}" "${files[@]}" ps >&2 || :
    "${compose[@]}" "${files[@]}" logs --no-color --tail 30 >&2 || :
  fi
  "${compose[@]}" "${files[@]}" down -v --rmi local --remove-orphans >"$scratch/down" 2>&1 || { cat "$scratch/down" >&2; code=1; }
  if [ ${#certificates[@]} -gt 0 ]; then rm -f "${certificates[@]}"; fi
  rm -rf "$scratch"
  exit $code
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

infra/compose-secrets.sh

# What this machine trusts beside the usual, the build must trust too: a proxy that inspects TLS.
for certificate in /usr/local/share/ca-certificates/*.crt; do
  target="infra/docker/certificates/$(basename "$certificate")"
  if [ -e "$certificate" ] && [ ! -e "$target" ]; then cp "$certificate" "$target"; certificates+=("$target"); fi
done

# An image of that name that is not the official one (a mirror's, an offline machine's) may not read the password from a file
# and may make its database in another encoding than UTF-8.
docker image inspect postgres:17 >/dev/null 2>&1 || docker pull -q postgres:17 >/dev/null
if ! docker image inspect -f '{{json .Config.Entrypoint}}' postgres:17 | grep -q docker-entrypoint.sh; then
  printf 'services:\n  postgres:\n    environment:\n      POSTGRES_PASSWORD: "%s"\n      LANG: C.UTF-8\n' "$(cat "$KKIAEVENTS_SECRETS/postgres-password")" >"$scratch/postgres.yml"
  files+=(-f "$scratch/postgres.yml")
fi

# The way of the money is proven without those who only watch it, where their images can't be had.
# They are not named then: docker-compose 1.29 pulls even what is scaled to none.
watchers=()
for service in prometheus grafana; do
  image=$(sed -n "s|^ *image: \(.*/$service:.*\)|\1|p" docker-compose.yml)
  if docker image inspect "$image" >/dev/null 2>&1 || docker pull -q "$image" >/dev/null 2>&1; then watchers+=("$service")
  else say "$image can't be had: $service is not started."
  fi
done

say 'Building …'
"${compose[@]}" "${files[@]}" build >"$scratch/build" 2>&1 || { tail -n 40 "$scratch/build" >&2; exit 1; }
say 'Starting …'
"${compose[@]}" "${files[@]}" up -d rabbitmq postgres sandbox ingress processor console subscriber "${watchers[@]}" >"$scratch/up" 2>&1 || { tail -n 40 "$scratch/up" >&2; exit 1; }

state() { docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$("${compose[@]}" "${files[@]}" ps -q "$1")"; }

# until_true SECONDS WHAT COMMAND…: a condition with a deadline.
until_true() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    if [ $SECONDS -ge $deadline ]; then say "Not in time: $what"; exit 1; fi
    sleep 1
  done
}

healthy() { [ "$(state "$1")" = healthy ]; }
for service in rabbitmq postgres sandbox ingress processor console "${watchers[@]}"; do until_true 300 "$service is healthy" healthy "$service"; done
say 'All healthy.'

order="smoke-$$"
sandbox=$("${compose[@]}" "${files[@]}" port sandbox 8080)
curl -fsS -o /dev/null -H 'content-type: application/json' -d "{\"amount\":5000,\"stateData\":{\"orderId\":\"$order\"}}" "http://$sandbox/sandbox/payments"
paid() { "${compose[@]}" "${files[@]}" logs --no-color subscriber 2>&1 | grep "OrderPaid order=$order " >"$scratch/paid"; }
until_true 60 "the subscriber's OrderPaid for $order" paid
cat "$scratch/paid"

# The console, with the key that its comment in docker-compose.yml tells to make: it reads the ledger and the broker's queues.
key=$("${compose[@]}" "${files[@]}" exec -T console dotnet KkiaEvents.Console.dll keys create smoke read)
console="http://$("${compose[@]}" "${files[@]}" port console 8080)/api/v1"
ask() { curl -fsS -H "Authorization: Bearer $key" "$console/$1" >"$scratch/answer"; }
ask "stories?of=$order" && grep -q '"OrderPaid"' "$scratch/answer" || { say "The console does not tell the story of $order."; cat "$scratch/answer" >&2; exit 1; }
ask dead-letters/kkiaevents-dead || { say 'The console can not look at the dead letters.'; exit 1; }
say 'The console answers.'

# Prometheus, where it could be had: it finds and scrapes every service, and has the rules.
if [[ " ${watchers[*]} " == *' prometheus '* ]]; then
  prometheus="http://$("${compose[@]}" "${files[@]}" port prometheus 9090)"
  scraped() { curl -fsS -G --data-urlencode 'query=count(count by (job) (up == 1)) == 3 unless on() up == 0' "$prometheus/api/v1/query" | grep -q '"value"'; }
  until_true 60 'Prometheus scrapes ingress, processor and console' scraped
  curl -fsS "$prometheus/api/v1/rules" | grep -q '"name":"KkiaEventsIngressDown"' || { say 'Prometheus has no rules.'; exit 1; }
  say 'Prometheus scrapes every service.'
fi

# Every service of ours, as the engine runs it: a user without rights, nothing to write to, no capability, no way to get one.
# So are those who watch, with their images' own users.
for service in schema sandbox ingress processor console subscriber "${watchers[@]}"; do
  case $service in prometheus) user=nobody ;; grafana) user=472 ;; *) user=1654 ;; esac
  how=$(docker inspect -f '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.HostConfig.Privileged}}' "$("${compose[@]}" "${files[@]}" ps -aq "$service")")
  [ "$how" = "$user true [ALL] [no-new-privileges:true] false" ] || { say "$service runs as: $how"; exit 1; }
done
# The guard of the event tables holds against their owner too.
postgres=$("${compose[@]}" "${files[@]}" ps -q postgres)
if docker exec -e PGPASSWORD="$(cat "$KKIAEVENTS_SECRETS/postgres-password")" "$postgres" psql -h 127.0.0.1 -U kkiaevents -d kkiaevents -c 'delete from kkiaevents.mt_events' >"$scratch/guard" 2>&1 \
  || ! grep -q 'Events are never changed or deleted' "$scratch/guard"; then
  cat "$scratch/guard" >&2
  exit 1
fi
# shellcheck disable=SC2016 # the engine's template, not the shell's
if "${compose[@]}" "${files[@]}" ps -q | xargs docker inspect -f '{{range $port, $hosts := .NetworkSettings.Ports}}{{range $hosts}}{{println .HostIp}}{{end}}{{end}}' | grep -v -e '^127\.0\.0\.1$' -e '^$'; then
  say 'A port is published beyond 127.0.0.1.'
  exit 1
fi
say 'docker-compose.yml works.'
