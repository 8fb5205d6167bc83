#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml mounts, one file each, under infra/secrets (or $KKIAEVENTS_SECRETS), and RabbitMQ's
# definitions: a user for each service with just its rights (infra/rabbitmq/users.tsv), and the topology.
# Passwords that exist stay: they live on in the volumes. Put your own keys in public-key, private-key, secret-key and
# webhook-secret to work with KKiaPay itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
directory=${KKIAEVENTS_SECRETS:-infra/secrets}
# The folder is closed to others; the files in it are readable, because services run as a user of their own in there.
mkdir -p "$directory"
chmod 700 "$directory"

word() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

put() { # NAME VALUE
  rm -f "$directory/$1"
  printf '%s' "$2" >"$directory/$1"
  chmod 444 "$directory/$1"
}

keep() { # NAME VALUE
  if [ -e "$directory/$1" ]; then chmod 444 "$directory/$1"; else put "$1" "$2"; fi
}

# shellcheck disable=SC2001 # bash's own replacement knows "&" only since 5.2
bytes() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }
sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }

# RabbitMQ's rabbit_password_hashing_sha256: four bytes of salt, then the digest of salt and password.
password_hash() { # PASSWORD
  local salt digest
  salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  digest=$({ bytes "$salt"; printf '%s' "$1"; } | sha256 | cut -d ' ' -f 1)
  bytes "$salt$digest" | base64 | tr -d '\n'
}

keep rabbitmq-password "$(word)"
keep postgres-password "$(word)"
keep public-key "pk_$(word)"
keep private-key "sk_$(word)"
keep secret-key "secret_$(word)"
keep webhook-secret "whsec_$(word)"
admin=$(cat "$directory/rabbitmq-password")
owner=$(cat "$directory/postgres-password")

user_json() { printf '    {"name": "%s", "password_hash": "%s", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "%s"}' "$1" "$(password_hash "$2")" "$3"; }
right_json() { # USER CONFIGURE WRITE READ
  printf '    {"user": "%s", "vhost": "kkiaevents", "configure": "%s", "write": "%s", "read": "%s"}' "$1" "${2//\\/\\\\}" "${3//\\/\\\\}" "${4//\\/\\\\}"
}

users=$(user_json kkiaevents "$admin" administrator)
rights=$(right_json kkiaevents '.*' '.*' '.*')
while IFS=$'\t' read -r service configure write read tags; do
  case $service in '#'* | '') continue ;; esac
  keep "rabbitmq-$service-password" "$(word)"
  password=$(cat "$directory/rabbitmq-$service-password")
  put "rabbitmq-$service" "amqp://kkiaevents-$service:$password@rabbitmq:5672/kkiaevents"
  users+=$',\n'$(user_json "kkiaevents-$service" "$password" "$tags")
  rights+=$',\n'$(right_json "kkiaevents-$service" "$configure" "$write" "$read")
done <infra/rabbitmq/users.tsv
put rabbitmq-definitions.json "{
  \"vhosts\": [{\"name\": \"kkiaevents\"}],
  \"users\": [
$users
  ],
  \"permissions\": [
$rights
  ],
$(tail -n +2 infra/rabbitmq/topology.json)
"
put rabbitmq.conf "default_user = kkiaevents
default_pass = $admin
default_vhost = kkiaevents
load_definitions = /etc/rabbitmq/kkiaevents-definitions.json
"

# The owner's connection is the schema command's alone; it makes a login for each of these.
put ledger-owner "Host=postgres;Database=kkiaevents;Username=kkiaevents;Password=$owner"
for login in processor console audit; do
  keep "postgres-$login-password" "$(word)"
  put "ledger-$login" "Host=postgres;Database=kkiaevents;Username=kkiaevents_$login;Password=$(cat "$directory/postgres-$login-password")"
done
