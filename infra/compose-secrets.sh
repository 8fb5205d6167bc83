#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml mounts, one file each, under infra/secrets (or $KKIAEVENTS_SECRETS).
# What exists stays: passwords live on in the volumes. Put your own keys in public-key, private-key, secret-key and
# webhook-secret to work with KKiaPay itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
directory=${KKIAEVENTS_SECRETS:-infra/secrets}
# The folder is closed to others; the files in it are readable, because services run as a user of their own in there.
mkdir -p "$directory"
chmod 700 "$directory"

word() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

keep() { # NAME VALUE
  if [ -e "$directory/$1" ]; then return; fi
  printf '%s' "$2" >"$directory/$1"
  chmod 444 "$directory/$1"
}

keep rabbitmq-password "$(word)"
keep postgres-password "$(word)"
keep public-key "pk_$(word)"
keep private-key "sk_$(word)"
keep secret-key "secret_$(word)"
keep webhook-secret "whsec_$(word)"
broker=$(cat "$directory/rabbitmq-password")
database=$(cat "$directory/postgres-password")
keep rabbitmq.conf "default_user = kkiaevents
default_pass = $broker
default_vhost = kkiaevents
"
keep ConnectionStrings__RabbitMq "amqp://kkiaevents:$broker@rabbitmq:5672/kkiaevents"
keep ConnectionStrings__Ledger "Host=postgres;Database=kkiaevents;Username=kkiaevents;Password=$database"
