#!/usr/bin/env bash
# Asks a running host everything that its own description allows, and much that it doesn't: no answer may be a 500 or one
# that isn't described. Deterministic, and bounded to about two minutes.
#
#   tests/schemathesis.sh BINARY SCHEMATHESIS
set -euo pipefail
binary=$1 schemathesis=$2
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
host=
trap '[ -z "$host" ] || kill "$host" 2>/dev/null; wait; rm -rf "$folder"' EXIT

# An address that nobody listens on stands for the storage: no job runs, so the same requests meet the same states.
env -C "$folder" RUSHES_DATA="$folder/data" RUSHES_CACHE="${RUSHES_CACHE:-$folder/cache}" RUSHES_LISTEN=127.0.0.1:0 \
  AWS_ENDPOINT_URL_S3=http://127.0.0.1:9 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1 \
  QUEUE_CHECK_INTERVAL=3600 "$binary" serve --pipelines "$root/pipelines.toml" 2> "$folder/log" &
host=$!
for _ in $(seq 600); do
  address=$(sed -n 's/^rushes serves on //p' "$folder/log")
  [ -n "$address" ] && break
  kill -0 "$host" || { cat "$folder/log" >&2; exit 1; }
  sleep 0.1
done

# Draining ends the host, and a stream of a job that waits has no end: the system tests ask for both.
if ! (cd "$folder" && "$schemathesis" --config-file "$root/tests/schemathesis.toml" run "$address/openapi.json" \
  --phases examples,coverage,fuzzing --exclude-path '/api/v1/hosts/{id}/drain' --exclude-path '/api/v1/jobs/{id}/events' \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance \
  --max-examples "${RUSHES_SCHEMATHESIS_EXAMPLES:-20}" --generation-deterministic --generation-with-security-parameters false --no-shrink \
  --continue-on-failure --max-time 100 --request-timeout 20 --no-color --warnings off); then
  grep -E 'ERROR|panicked' "$folder/log" >&2 || true
  exit 1
fi
