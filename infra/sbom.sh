#!/usr/bin/env bash
# infra/sbom.sh [FOLDER]: writes what each program and package that we ship is made of (CycloneDX 1.6, JSON), by default to out/sbom.
# Ends with an error when something that ships is not in its document. SOURCE_DATE_EPOCH dates the documents; else they bear no time.
set -euo pipefail
mkdir -p "${1:-out/sbom}"
target=$(cd "${1:-out/sbom}" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=infra/prerequisites.sh
source infra/prerequisites.sh
require_dotnet

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
quietly() { "$@" >"$scratch/log" 2>&1 </dev/null || { tail -n 40 "$scratch/log" >&2; return 1; }; }

checker=infra/Sbom/bin/Release/net10.0/KkiaEvents.Sbom.dll
build infra/Sbom/KkiaEvents.Sbom.csproj .run/stamps/sbom "$checker"
quietly dotnet tool restore
version=$(dotnet msbuild Directory.Build.props -getProperty:Version)
built=()
if [ "${KKIAEVENTS_BUILT:-}" = 1 ]; then built=(--no-build); fi

# What ships is known by its project file, so that a new program can't be forgotten.
ship() { # VERB PROJECT OPTION…: publish or pack it, and have the tool say what its restore resolved.
  local verb=$1 project=$2 name
  shift 2
  name=$(basename "${project%.csproj}")
  quietly dotnet "$verb" "$project" -c Release "${built[@]}" -o "$scratch/shipped/$name" -v q -nodeReuse:false --nologo
  quietly dotnet tool run dotnet-CycloneDX -- "$project" --disable-package-restore --no-serial-number --spec-version 1.6 --output-format Json \
    --set-name "$name" --set-version "$version" "$@" \
    --output "$scratch/drafts" --filename "$name.cdx.json"
}
for project in $(grep -lE 'Sdk="Microsoft.NET.Sdk.Web"|<OutputType>Exe' src/*/*.csproj); do ship publish "$project"; done
for project in $(grep -l '<IsPackable>true' src/*/*.csproj); do ship pack "$project" --set-type Library --include-project-references --set-nuget-purl; done

dotnet "$checker" "$scratch/drafts" "$scratch/shipped" "$target"
