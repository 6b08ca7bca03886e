#!/bin/sh
# Tries a frozen Songkin as a musician's machine would run it: copied to another place, without
# Python, without the user's settings, and where this script may, without the repository in sight.
# Usage: [SONGKIN_PICTURE=FILE.png] tests/try_app.sh FOLDER, the one that `./dev app` makes; the
# window's picture is kept where the variable names a file.
set -eu

frozen=$(cd "${1:?Usage: tests/try_app.sh FOLDER}" && pwd -P)
repository=$(cd "$(dirname "$0")/.." && pwd -P)
room=$(mktemp -d "${TMPDIR:-/var/tmp}/songkin-try.XXXXXX")
program=$room/songkin/songkin
trap 'rm -rf "$room"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '%s\n' "$*"; }

# Ends the trial; what was said last, by the program or the loader, is shown.
fail() {
    printf 'The frozen program failed: %s\n' "$1" >&2
    shift
    for file in "$@"; do [ ! -s "$file" ] || tail -n 20 "$file" >&2; done
    exit 1
}

# Runs a command where the repository is an empty folder; that takes root.
away() {
    if unshare --mount true 2>/dev/null; then
        # shellcheck disable=SC2016 # expanded by the inner shell
        unshare --mount sh -c 'mount -t tmpfs none "$1" && shift && exec "$@"' \
            away "$repository" "$@"
    else
        "$@"
    fi
}

# Runs the frozen program and nothing else: no search path, no settings, a home of its own. The
# loader writes down which libraries came from where.
songkin() {
    (
        cd "$room/home"
        away env -i PATH=/nonexistent HOME="$room/home" TMPDIR="$room/tmp" LANG=C.UTF-8 \
            QT_QPA_PLATFORM=offscreen LD_DEBUG=files LD_DEBUG_OUTPUT="$room/loader" \
            "$program" "$@" 2>"$room/said"
    )
}

# What the program loaded, one path a line.
loaded() { sed -n 's/.*calling init: //p' "$room"/loader.* | sort -u; }

now() { date +%s; }

mkdir "$room/home" "$room/tmp"
cp -R "$frozen" "$room/songkin"
song=$room/song.flac
(
    cd "$repository"
    .venv/bin/python -c 'import sys; from pathlib import Path; from tests import sounds
sounds.write(Path(sys.argv[1]), sounds.chords(1, seconds=20.0))' "$song"
) || fail "no song could be made to try it with"

began=$(now)
version=$(songkin --version) || fail "--version" "$room/said"
say "$version, frozen: --version after $(($(now) - began)) s"

began=$(now)
songkin --library "$room/one" add --json "$song" >"$room/added" ||
    fail "add" "$room/added" "$room/said"
for part in '"outcome": "done"' '"separate": ' '"embed_backing": '; do
    grep -qF "$part" "$room/added" || fail "add didn't say $part" "$room/added" "$room/said"
done
say "One song added, its voice taken off: $(($(now) - began)) s"

began=$(now)
songkin --library "$room/two" gui "$song" --picture "$room/window.png" ||
    fail "gui" "$room/said"
[ -s "$room/window.png" ] || fail "the window left no picture" "$room/said"
songkin --library "$room/two" songs --json >"$room/songs" || fail "songs" "$room/said"
for part in '"title": "song"' '"stage": "ready"'; do
    grep -qF "$part" "$room/songs" || fail "the window's library has no $part" "$room/songs"
done
say "One song added in the window, and its picture taken: $(($(now) - began)) s"

loaded >"$room/libraries"
for library in libchromaprint libtorch_cpu libQt6Widgets; do
    grep -q "^$room/songkin/.*/$library" "$room/libraries" ||
        fail "$library is not its own" "$room/libraries"
done
strays=$(grep -E "^$repository/|python|site-packages" "$room/libraries" |
    grep -v "^$room/songkin/" || true)
[ -z "$strays" ] || fail "it loads libraries of this machine's Python: $strays"
# Loaded only when a song is played.
[ -n "$(find "$room/songkin" -name 'libportaudio*')" ] || fail "PortAudio is not inside"

[ -z "${SONGKIN_PICTURE:-}" ] || cp "$room/window.png" "$SONGKIN_PICTURE"
say "The frozen program works: $frozen ($(du -sm "$frozen" | cut -f 1) MB)"
