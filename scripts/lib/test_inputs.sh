# test_inputs.sh: what do tests read that is other people's, so that it is fetched and never committed?
# shellcheck shell=bash

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

# The SARIF 2.1.0 schema, as Microsoft packs it for its own test matchers (MIT).
sarif_package=@microsoft/jest-sarif@1.0.0-beta.0
sarif_member=package/lib/schemas/sarif-2.1.0-rtm.5.json
sarif_sha256=2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8
sarif_schema=$tussle_root/build/test_inputs/sarif-2.1.0.json

# ensure_test_inputs: fetches what is missing where npm can; without it the tests that want it are skipped.
ensure_test_inputs() {
  [[ ! -e $sarif_schema ]] && command -v npm >/dev/null || return 0
  fetch_sarif_schema || say "the SARIF schema could not be fetched; the tests that read it are skipped"
}

fetch_sarif_schema() {
  local folder=${sarif_schema%/*} archive
  mkdir -p "$folder"
  archive=$(cd "$folder" && npm pack --silent --fetch-retries=0 --fetch-timeout=20000 "$sarif_package" 2>/dev/null) ||
    return 1
  tar -xzOf "$folder/$archive" "$sarif_member" >"$sarif_schema.part" || true
  rm -f "$folder/$archive"
  if ! sha256sum --quiet -c - <<<"$sarif_sha256  $sarif_schema.part" >/dev/null 2>&1; then
    rm -f "$sarif_schema.part"
    return 1
  fi
  mv "$sarif_schema.part" "$sarif_schema"
}
