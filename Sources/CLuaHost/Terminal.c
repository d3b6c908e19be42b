// A script of a stranger must not send commands to the terminal: they could change its title, write over what was
// printed before, or have it answer with keys that nobody pressed. What print, io.write and io.stderr send to a
// terminal passes through here. Line breaks and tabs go through; other control characters, C1 ones (U+0080 to U+009F),
// marks that turn the direction of writing, and bytes that are no UTF-8 are shown by their numbers.
#define _GNU_SOURCE
#include "Host.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Bytes of a character that the last write left unfinished.
typedef struct {
    int descriptor, kept;
    char rest[4];
} Shield;

// How long the UTF-8 character at `text` is; 0 if it is none, -1 if its end is missing.
static int character_length(const unsigned char *text, size_t length, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int whole = text[0] < 0x80 ? 1 : text[0] < 0xC2 ? 0 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : text[0] < 0xF5 ? 4 : 0;
    if (whole < 2) {
        *code = text[0];
        return whole;
    }
    *code = text[0] & (0x7F >> whole);
    for (int i = 1; i < whole; i++) {
        if ((size_t)i == length) return -1;
        if ((text[i] & 0xC0) != 0x80) return 0;
        *code = *code << 6 | (text[i] & 0x3F);
    }
    bool is_surrogate = *code >= 0xD800 && *code < 0xE000;
    return *code < least[whole] || *code > 0x10FFFF || is_surrogate ? 0 : whole;
}

static bool is_harmless(uint32_t code) {
    if (code < 0x20) return code == '\n' || code == '\t';
    if (code >= 0x7F && code < 0xA0) return false;
    bool turns = code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E)
                 || (code >= 0x2066 && code <= 0x2069);
    return !turns && code != 0x2028 && code != 0x2029;
}

// Writes what can be shown; stops at an unfinished character if `more` may come. Returns how much was read.
static size_t make_visible(const char *text, size_t length, bool more, char *shown, size_t *shown_length) {
    size_t i = 0;
    char *out = shown;
    while (i < length) {
        uint32_t code;
        int size = character_length((const unsigned char *)text + i, length - i, &code);
        if (size < 0 && more) break;
        if (size > 0 && is_harmless(code)) {
            memcpy(out, text + i, (size_t)size);
            out += size;
        } else if (size > 1) {
            out += snprintf(out, 12, "<U+%04X>", code);
        } else {
            out += snprintf(out, 12, "\\x%02x", (unsigned char)text[i]);
        }
        i += size > 0 ? (size_t)size : 1;
    }
    *shown_length = (size_t)(out - shown);
    return i;
}

size_t host_make_visible(const char *text, size_t length, char *shown) {
    size_t shown_length;
    make_visible(text, length, false, shown, &shown_length);
    return shown_length;
}

static bool write_all(int descriptor, const char *text, size_t length) {
    while (length > 0) {
        ssize_t written = write(descriptor, text, length);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

static ssize_t write_shielded(void *cookie, const char *text, size_t length) {
    enum { PIECE = 512 };
    Shield *shield = cookie;
    char piece[PIECE + 4], shown[(PIECE + 4) * HOST_SHOWN];
    for (size_t done = 0; done < length;) {
        size_t taken = length - done < PIECE ? length - done : PIECE, whole = (size_t)shield->kept + taken, shown_length;
        memcpy(piece, shield->rest, (size_t)shield->kept);
        memcpy(piece + shield->kept, text + done, taken);
        size_t read = make_visible(piece, whole, true, shown, &shown_length);
        shield->kept = (int)(whole - read);
        memcpy(shield->rest, piece + read, whole - read);
        if (!write_all(shield->descriptor, shown, shown_length)) return 0;
        done += taken;
    }
    return (ssize_t)length;
}

// MARK: what could not be written

// Streams that lead to standard output, the last one first on the way.
static FILE *ways[2];
static int way_count;
static int reason;                         // an errno; 0: unknown
static bool is_lost, was_raised;

static FILE *remember(FILE *file) {
    if (file && way_count < (int)(sizeof ways / sizeof *ways)) ways[way_count++] = file;
    return file;
}

const char *terminal_lost(bool is_raised) {
    if (!is_lost) reason = errno;
    is_lost = true;
    was_raised |= is_raised;
    return reason ? strerror(reason) : "some of it was lost";
}

void host_note_lost_output(void) {
    errno = 0;
    terminal_lost(false);
}

static void flush_one(FILE *file) {
    errno = 0;
    if (fflush(file) != 0 || ferror(file)) terminal_lost(false);
}

const char *host_lost_output(bool *is_told) {
    for (int i = way_count; i-- > 0;) flush_one(ways[i]);
    flush_one(stdout);
    errno = 0;
    if (fflush(NULL) != 0) terminal_lost(false);
    *is_told = was_raised;
    return is_lost ? terminal_lost(false) : NULL;
}

static FILE *shielded(int descriptor, int buffering) {
    static Shield shields[3];
    shields[descriptor].descriptor = descriptor;
    FILE *file = fopencookie(&shields[descriptor], "w", (cookie_io_functions_t){.write = write_shielded});
    if (file) setvbuf(file, NULL, buffering, BUFSIZ);
    return file;
}

static void replace_stream(lua_State *L, const char *name, FILE *file) {
    lua_getglobal(L, "io");
    lua_getfield(L, -1, name);
    luaL_Stream *stream = luaL_checkudata(L, -1, LUA_FILEHANDLE);
    stream->f = file;
    lua_pop(L, 2);
}

void terminal_shield(lua_State *L) {
    FILE *out = isatty(STDOUT_FILENO) ? remember(shielded(STDOUT_FILENO, _IOLBF)) : NULL;
    FILE *errors = isatty(STDERR_FILENO) ? shielded(STDERR_FILENO, _IONBF) : NULL;
    if (out) {
        replace_stream(L, "stdout", out);
        host_of(L)->out = out;
    }
    if (errors) replace_stream(L, "stderr", errors);
}

// What is printed, on its way to where it would have gone.
typedef struct {
    host_tap tap;
    void *context;
    FILE *onward;
} Tap;

static ssize_t write_tapped(void *cookie, const char *text, size_t length) {
    Tap *tap = cookie;
    tap->tap(tap->context, text, length);
    return fwrite(text, 1, length, tap->onward) == length && fflush(tap->onward) == 0 ? (ssize_t)length : 0;
}

void host_tap_output(lua_State *L, host_tap function, void *context) {
    static Tap tap;
    tap = (Tap){function, context, host_of(L)->out};
    FILE *out = remember(fopencookie(&tap, "w", (cookie_io_functions_t){.write = write_tapped}));
    if (!out) return;
    setvbuf(out, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
    replace_stream(L, "stdout", out);
    host_of(L)->out = out;
}
