#!/usr/bin/env bash
# Coverage-guided fuzzing with libFuzzer. Usage: fuzz.sh SECONDS [TARGET ...]; each target gets its share of the time.
# What is found is left in .build-fuzz/found; a file there, given as the only argument of the fuzzer, runs it again.
set -eu
seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(lua calls models patterns checkpoints json zip records bundles pages csv dat npz h5)
cd "$(dirname "$0")/.."
export PKG_CONFIG_PATH=$PWD/.build/lua${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
build=$PWD/.build-fuzz
ASTROLUA_FUZZ=1 ASTROLUA_CPU=${ASTROLUA_CPU:-native} swift build -c release --product Fuzz --scratch-path "$build" \
  -Xswiftc -sanitize=fuzzer -Xswiftc -parse-as-library -Xcc -fsanitize=fuzzer-no-link >"$build.log" 2>&1 || { tail -30 "$build.log"; exit 1; }
found=$build/found
mkdir -p "$found" "$build/work"

# What is known to be interesting: small scripts, and the blocks of code in the pages that are small enough.
seeds() {
  mkdir -p "$build/seeds"/{lua,calls,models,patterns,checkpoints,json,zip,records,bundles,pages,csv,dat,npz,h5}
  cp Tests/Fixtures/checkpoints/*.checkpoint "$build/seeds/checkpoints/"
  cp Tests/Fuzz/corpus/*.lua "$build/seeds/lua/"
  awk -v stem="$build/seeds/lua/page-" '/^```lua$/ { open = 1; n += 1; next } /^```$/ { open = 0 } open { print > (stem n ".lua") }' README.md Docs/*.md
  find "$build/seeds/lua" -type f -size +2k -delete
  for i in 1 2 3 4 5 6 7 8; do head -c 200 <(openssl rand 200 2>/dev/null || cat /dev/urandom) >"$build/seeds/calls/$i"; done
  printf 'key = value\0^(%%w+)%%s*=%%s*(%%w+)$\0%%2=%%1' >"$build/seeds/patterns/pair"
  printf 'f(a(b)c)d\0%%b()[^x-z]-\0%%0' >"$build/seeds/patterns/balanced"
  printf '{"a": [1, -2.5e3, "b\\u00e9\\n", null, true], "c": {}}' >"$build/seeds/json/all"
  python3 -c "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1], 'w'); z.writestr('a', 'x'); z.writestr('b/c', 'yz')" "$build/seeds/zip/two"
  (cd "$build/seeds" && ASTROLUA_STDLIB=$OLDPWD/stdlib "$OLDPWD/.build/release/astrolua" --quiet "$OLDPWD/Tests/Fuzz/tables.lua")
  cp Tests/Fuzz/corpus/*.json "$build/seeds/records/"
  for file in Tests/Fuzz/corpus/*.bundle; do tr '~' '\0' <"$file" >"$build/seeds/bundles/$(basename "$file")"; done
  cp "$build/seeds/zip/two" "$build/seeds/bundles/"
  pages
  printf 'THE (quick) fox\0%%f[%%a]%%a+()\0.' >"$build/seeds/patterns/frontier"
}
# A bundle as `astrolua publish` puts it into a page, and the same with text around it and damage within.
pages() {
  (cd "$build/work" && rm -rf run-crate && ASTROLUA_STDLIB=$OLDPWD/stdlib "$OLDPWD/.build/release/astrolua" --quiet --record run.json "$OLDPWD/Tests/Fuzz/corpus/closing.lua" >/dev/null \
    && ASTROLUA_STDLIB=$OLDPWD/stdlib "$OLDPWD/.build/release/astrolua" --quiet publish run.json >/dev/null)
  grep -o '<a id="astrolua-bundle".*</a>' "$build/work/run-crate/page.html" >"$build/seeds/pages/link"
  { printf '<!DOCTYPE html>'; cat "$build/seeds/pages/link"; } >"$build/seeds/pages/page"
  sed 's/base64,UEs/base64,UE-/' "$build/seeds/pages/page" >"$build/seeds/pages/damaged"
}
seeds

status=0
for target in "${targets[@]}"; do
  mkdir -p "$build/corpus/$target"
  echo "fuzzing $target"
  # an HDF5 file with anything in it is not small
  length=8192
  [ "$target" = h5 ] && length=24576
  words=lua
  [ -f "Tests/Fuzz/$target.dict" ] && words=$target
  (cd "$build/work" && ASTROLUA_FUZZ_TARGET=$target ASTROLUA_STDLIB=$OLDPWD/stdlib "$build/release/Fuzz" -max_total_time=$((seconds / ${#targets[@]})) \
    -handle_alrm=0 -timeout=0 -rss_limit_mb=3000 -max_len=$length -close_fd_mask=1 -print_final_stats=1 -dict="../../Tests/Fuzz/$words.dict" \
    -artifact_prefix="$found/$target-" "$build/corpus/$target" "$build/seeds/$target" </dev/null 2>"$build/$target.log") || status=1
  grep -E "stat::number_of_executed_units|ERROR|SUMMARY|Test unit written" "$build/$target.log" || tail -5 "$build/$target.log"
  grep -oE "cov: [0-9]+" "$build/$target.log" | tail -1
done
exit $status
