#!/bin/sh
# Sees to it that the program is built with a Lua without known memory faults and miscompilations: 5.4.8 or later. If the
# system's liblua5.4-dev is older, Debian's current one is put into DIRECTORY, as one object with its headers and lua5.4.pc,
# for PKG_CONFIG_PATH. It is loaded from the system's own mirror, signed by Debian, once; nothing is installed.
# Where this cannot be done, the system's Lua stays, and a line says why; the next try is a day later, or after
# `rm -rf DIRECTORY`.
# Usage: patched.sh DIRECTORY
set -eu
directory=$1 oldest=5.4.8
[ -f "$directory/lua5.4.pc" ] && exit
unset PKG_CONFIG_PATH
pkg-config --atleast-version=$oldest lua5.4 2>/dev/null && exit
[ -n "$(find "$directory/failed" -mmin -1440 2>/dev/null)" ] && exit

mkdir -p "$(dirname "$directory")"
work=$(mktemp -d "$directory.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The build goes on with the system's Lua.
give_up() {
  echo "no Lua $oldest or later: $1; the program is built with the system's $(pkg-config --modversion lua5.4 2>/dev/null || echo Lua)" >&2
  [ -f "$work/log" ] && tail -n 3 "$work/log" | sed 's/^/    /' >&2
  mkdir -p "$directory"
  echo "$1" >"$directory/failed"
  exit 0
}

# The mirror that the system's own release comes from.
system_mirror() {
  name=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' 2>/dev/null |
    grep -E " ($name|oldstable|stable|testing|unstable|sid)\$" | head -n 1 | cut -d ' ' -f 1
}

# An apt of its own: the system's proxies and passwords, but no lists, caches, pins or hooks of the system's. A mirror that stands still
# (a snapshot) serves: Debian has signed what it holds, and the version is what we ask for.
write_configuration() {
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/none"
  echo "deb [arch=$(dpkg --print-architecture) signed-by=$key] $uri $suite main" >"$work/sources.list"
  cat >"$work/apt.conf" <<END
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/none";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$work/none";
Dir::State::lists "$work/lists";
Dir::State::status "/dev/null";
Dir::Cache "$work/cache";
APT::Sandbox::User "$(id -un)";
APT::Update::Error-Mode "any";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
#clear APT::Default-Release;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
}

load() {
  write_configuration
  (cd "$work" && timeout 300 apt-get -q -c apt.conf update && timeout 120 apt-get -q -c apt.conf download liblua5.4-dev) >"$work/log" 2>&1
}

unpack() {
  dpkg-deb -x "$work"/liblua5.4-dev_*.deb "$work/package"
  mkdir -p "$work/lua/include" "$work/lua/lib"
  cp "$work"/package/usr/include/lua5.4/*.h "$work"/package/usr/include/*/lua5.4-deb-multiarch.h "$work/lua/include/"
  cp "$work/package/usr/share/doc/liblua5.4-dev/copyright" "$work/lua/"
  cat >"$work/lua/lua5.4.pc" <<'END'
Name: Lua
Description: Lua, from Debian's current package
Version: VERSION
Libs: -L${pcfiledir}/lib -l:lua.o -lm -ldl
Cflags: -I${pcfiledir}/include
END
}

# Whether the archive links against this system's C library, runs, and is new enough: a program of three lines tells.
compiler() {
  for name in clang "$(dirname "$(readlink -f "$(command -v swift)")")/clang" cc; do
    command -v "$name" && return
  done
}

# One object in place of the archive: what the program exports must not come from an archive (the static standard library of
# Swift says --exclude-libs ALL), or modules in C would not find Lua's functions.
join() {
  "$(compiler)" -r -nostdlib -Wl,--whole-archive "$work"/package/usr/lib/*/liblua5.4.a -o "$work/lua/lib/lua.o"
}

runs() {
  cat >"$work/version.c" <<'END'
#include <lauxlib.h>
#include <lualib.h>
int main(void) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  return luaL_dostring(L, "assert(load('return 1 + 1')() == 2)") || puts(LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE) < 0;
}
END
  "$(compiler)" "$work/version.c" -o "$work/version" -I"$work/lua/include" -L"$work/lua/lib" -l:lua.o -lm -ldl >"$work/log" 2>&1 &&
    version=$("$work/version" 2>>"$work/log")
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || give_up "there is no apt here"
uri=$(system_mirror) key=/usr/share/keyrings/debian-archive-keyring.gpg suite=testing
[ -n "$uri" ] || give_up "apt's sources name no mirror of Debian"
[ -r "$key" ] || give_up "there is no $key"
echo "loading Lua $oldest or later from $uri"
load || give_up "$uri did not give it"
unpack >"$work/log" 2>&1 || give_up "the package is not as expected"
join >"$work/log" 2>&1 || give_up "its archive cannot be linked"
runs || give_up "its archive does not go with this system"
dpkg --compare-versions "$version" ge $oldest || give_up "$uri has $version only"
sed -i "s/VERSION/$version/" "$work/lua/lua5.4.pc"
[ -f "$directory/lua5.4.pc" ] && exit            # another build was faster
rm -rf "$directory"
mv -T "$work/lua" "$directory"
echo "Lua $version is in $directory"
