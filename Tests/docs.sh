#!/usr/bin/env bash
# Runs every ```lua block of README.md and Docs/, each by itself in an empty folder, and checks that no link of a page leads nowhere,
# and that generated pages, the lessons of the course, the definition files for editors and the man page are up to date. Usage: docs.sh PROGRAM
set -u
program=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
pass() { passed=$((passed + 1)); }
# fail WHAT
fail() { failed=$((failed + 1)); echo "FAILED  $1"; }

# block i of page p becomes $work/p-i.lua
for page in README.md Docs/*.md; do
  awk -v stem="$work/$(basename "$page" .md)" '
    /^```lua$/ { open = 1; n += 1; next }
    /^```$/    { open = 0; next }
    open       { print > (stem "-" n ".lua") }' "$page"
done

for block in "$work"/*.lua; do
  folder=$(mktemp -d -p "$work")
  if (cd "$folder" && "$program" --quiet "$block" >out.txt 2>&1); then
    pass
  else
    fail "$(basename "$block")"
    cat "$folder/out.txt"
  fi
done

for page in README.md CONTRIBUTING.md CHANGELOG.md scripts/README.md scripts/*/README.md Docs/*.md Docs/*/*.md; do
  for link in $(grep -o '](\([^)#]*\)' "$page" | sed 's/^](//' | grep -v '^http'); do
    if [ -e "$(dirname "$page")/$link" ]; then pass
    else fail "$page: dead link $link"; fi
  done
done

for pages in Docs/generate.lua Docs/course.lua Docs/notebooks.lua; do
  if "$program" --trust $pages --check; then pass; else fail "$pages --check"; fi
done

# The definition files for editors are Lua, and have every model with its parameters.
if "$program" --trust --quiet Docs/luals.lua "$work/luals" >"$work/luals.txt" 2>&1; then
  for page in Docs/models/*_*.md; do
    model=$(basename "$page" .md)
    parameter=$(sed -n '/^## Parameters/,/^## /s/^| `\([^`]*\)`.*/\1/p' "$page" | tail -n 1)
    if sed -n "/^---@class astro\.[a-z]*\.$model\$/,/^\$/p" "$work/luals/library/astro_models.lua" | grep -qF -e "@field $parameter"; then pass
    else fail "Docs/luals.lua: $model has no field $parameter"; fi
  done
else
  fail "Docs/luals.lua"
  cat "$work/luals.txt"
fi

# The figures of Docs/provenance.md are those of its own script.
cp "$work/provenance-1.lua" "$work/experiment.lua"
for figure in "$(cd "$work" && "$program" --quiet bundle experiment.lua | sed -n '2p')" \
    "\"bytes\": $(wc -c <"$work/experiment.lua"), "; do
  if grep -qF -e "$figure" Docs/provenance.md; then pass
  else fail "Docs/provenance.md does not say: $figure"; fi
done

for option in $("$program" --help | grep -o '^ *-[-a-z, ]*' | grep -o -e '-[-a-z]*'); do
  if grep -q -e "$(printf %s "$option" | sed 's/-/\\\\-/g')" Docs/astrolua.1; then pass
  else fail "Docs/astrolua.1 lacks the option $option"; fi
done

echo "docs: $passed passed, $failed failed"
[ "$failed" = 0 ]
