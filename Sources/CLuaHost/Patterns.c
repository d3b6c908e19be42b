// string.find, match, gmatch and gsub, written against the manual (6.4.1). Lua's own matcher tries combinations for
// as long as it takes, where no hook reaches; this one looks at the limits every thousand steps.
#define _GNU_SOURCE
#include "Host.h"

#include <ctype.h>
#include <string.h>

enum { MAX_DEPTH = 200, MAX_CAPTURES = 32, OPEN = -1, POSITION = -2 };

typedef struct {
    const char *start;
    ptrdiff_t length;                      // or OPEN, or POSITION
} Capture;

typedef struct {
    lua_State *L;
    const char *subject, *end, *pattern_end;
    unsigned steps;
    int depth, count;
    Capture captures[MAX_CAPTURES];
} Match;

static const char *match_here(Match *m, const char *s, const char *p);

static void step(Match *m) {
    if (++m->steps % 1024 == 0) host_check_stop(m->L);
}

// MARK: one character

static const char *class_end(Match *m, const char *p) {
    if (*p == '%') {
        if (p + 1 == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 2;
    }
    if (*p++ != '[') return p;
    if (p < m->pattern_end && *p == '^') p++;
    do {                                   // a ']' that comes first stands for itself
        if (p >= m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == '%') p++;
    } while (p >= m->pattern_end || *p != ']');
    return p + 1;
}

static bool is_in_class(int c, int class) {
    bool is;
    switch (tolower(class)) {
    case 'a': is = isalpha(c); break;
    case 'c': is = iscntrl(c); break;
    case 'd': is = isdigit(c); break;
    case 'g': is = isgraph(c); break;
    case 'l': is = islower(c); break;
    case 'p': is = ispunct(c); break;
    case 's': is = isspace(c); break;
    case 'u': is = isupper(c); break;
    case 'w': is = isalnum(c); break;
    case 'x': is = isxdigit(c); break;
    case 'z': is = c == 0; break;         // not in the manual any more, but in Lua
    default: return class == c;
    }
    return isupper(class) ? !is : is;
}

// `p` is at the '[', `last` at its ']'.
static bool is_in_set(int c, const char *p, const char *last) {
    bool wanted = true;
    if (p[1] == '^') {
        wanted = false;
        p++;
    }
    while (++p < last) {
        if (*p == '%') {
            if (is_in_class(c, (unsigned char)*++p)) return wanted;
        } else if (p[1] == '-' && p + 2 < last) {
            if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2]) return wanted;
            p += 2;
        } else if ((unsigned char)*p == c) {
            return wanted;
        }
    }
    return !wanted;
}

static bool matches_one(Match *m, const char *s, const char *p, const char *after) {
    if (s >= m->end) return false;
    int c = (unsigned char)*s;
    switch (*p) {
    case '.': return true;
    case '%': return is_in_class(c, (unsigned char)p[1]);
    case '[': return is_in_set(c, p, after - 1);
    default: return (unsigned char)*p == c;
    }
}

// MARK: items of more than one character

static const char *match_balanced(Match *m, const char *s, const char *p) {
    if (m->pattern_end - p < 2) luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->end || *s != *p) return NULL;
    int depth = 1;
    while (++s < m->end) {
        step(m);
        if (*s == p[1]) {
            if (--depth == 0) return s + 1;
        } else if (*s == p[0]) {
            depth++;
        }
    }
    return NULL;
}

static const char *match_most(Match *m, const char *s, const char *p, const char *after) {
    ptrdiff_t i = 0;
    while (matches_one(m, s + i, p, after)) {
        step(m);
        i++;
    }
    for (; i >= 0; i--) {
        const char *result = match_here(m, s + i, after + 1);
        if (result) return result;
    }
    return NULL;
}

static const char *match_least(Match *m, const char *s, const char *p, const char *after) {
    for (;; s++) {
        const char *result = match_here(m, s, after + 1);
        if (result) return result;
        if (!matches_one(m, s, p, after)) return NULL;
    }
}

static const char *open_capture(Match *m, const char *s, const char *p, ptrdiff_t length) {
    if (m->count >= MAX_CAPTURES) luaL_error(m->L, "too many captures");
    m->captures[m->count++] = (Capture){s, length};
    const char *result = match_here(m, s, p);
    if (!result) m->count--;
    return result;
}

static const char *close_capture(Match *m, const char *s, const char *p) {
    int i = m->count - 1;
    while (i >= 0 && m->captures[i].length != OPEN) i--;
    if (i < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[i].length = s - m->captures[i].start;
    const char *result = match_here(m, s, p);
    if (!result) m->captures[i].length = OPEN;
    return result;
}

static const char *match_again(Match *m, const char *s, int digit) {
    int i = digit - '1';
    if (i < 0 || i >= m->count || m->captures[i].length == OPEN) luaL_error(m->L, "invalid capture index %%%d", i + 1);
    ptrdiff_t length = m->captures[i].length;
    if (length == POSITION || length > m->end - s || memcmp(m->captures[i].start, s, (size_t)length) != 0) return NULL;
    return s + length;
}

static const char *match_frontier(Match *m, const char *s, const char *p, const char **after) {
    if (p >= m->pattern_end || *p != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
    *after = class_end(m, p);
    int before = s == m->subject ? 0 : (unsigned char)s[-1], here = s == m->end ? 0 : (unsigned char)*s;
    return !is_in_set(before, p, *after - 1) && is_in_set(here, p, *after - 1) ? s : NULL;
}

// MARK: the whole

// A class and what may follow it. NULL in *next when all is said, otherwise the pattern goes on there.
static const char *match_class(Match *m, const char *s, const char *p, const char **next) {
    const char *after = class_end(m, p), *result;
    char repeated = after < m->pattern_end ? *after : '\0';
    *next = NULL;
    if (!matches_one(m, s, p, after)) {
        if (repeated != '?' && repeated != '*' && repeated != '-') return NULL;
        *next = after + 1;
        return s;
    }
    switch (repeated) {
    case '?':
        result = match_here(m, s + 1, after + 1);
        if (result) return result;
        *next = after + 1;
        return s;
    case '+': return match_most(m, s + 1, p, after);
    case '*': return match_most(m, s, p, after);
    case '-': return match_least(m, s, p, after);
    default: *next = after; return s + 1;
    }
}

static const char *match_item(Match *m, const char *s, const char *p, const char **next) {
    bool escaped = *p == '%' && p + 1 < m->pattern_end;
    *next = NULL;
    if (*p == '(') {
        bool position = p + 1 < m->pattern_end && p[1] == ')';
        return position ? open_capture(m, s, p + 2, POSITION) : open_capture(m, s, p + 1, OPEN);
    }
    if (*p == ')') return close_capture(m, s, p + 1);
    if (*p == '$' && p + 1 == m->pattern_end) return s == m->end ? s : NULL;
    if (escaped && p[1] == 'b') {
        *next = p + 4;
        return match_balanced(m, s, p + 2);
    }
    if (escaped && p[1] == 'f') return match_frontier(m, s, p + 2, next);
    if (escaped && isdigit((unsigned char)p[1])) {
        *next = p + 2;
        return match_again(m, s, (unsigned char)p[1]);
    }
    return match_class(m, s, p, next);
}

// The end of the match of the pattern from `p` on, at `s`.
static const char *match_here(Match *m, const char *s, const char *p) {
    if (++m->depth > MAX_DEPTH) luaL_error(m->L, "pattern too complex");
    while (s && p && p != m->pattern_end) {
        const char *next;
        step(m);
        s = match_item(m, s, p, &next);
        p = next;
    }
    m->depth--;
    return s;
}

static const char *match_at(Match *m, const char *s, const char *p) {
    m->count = m->depth = 0;
    return match_here(m, s, p);
}

// MARK: results

static void push_capture(Match *m, int i, const char *start, const char *end) {
    if (i >= m->count) {
        if (i != 0) luaL_error(m->L, "invalid capture index %%%d", i + 1);
        lua_pushlstring(m->L, start, (size_t)(end - start));
        return;
    }
    Capture *capture = &m->captures[i];
    if (capture->length == OPEN) luaL_error(m->L, "unfinished capture");
    if (capture->length == POSITION) lua_pushinteger(m->L, capture->start - m->subject + 1);
    else lua_pushlstring(m->L, capture->start, (size_t)capture->length);
}

// All captures, or without any the whole match if it is given.
static int push_captures(Match *m, const char *start, const char *end) {
    int count = m->count == 0 && start ? 1 : m->count;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) push_capture(m, i, start, end);
    return count;
}

static Match new_match(lua_State *L, const char *subject, size_t subject_length, const char *pattern, size_t length) {
    return (Match){.L = L, .subject = subject, .end = subject + subject_length, .pattern_end = pattern + length};
}

// 1-based and from the end when negative, as an offset.
static size_t offset(lua_Integer position, size_t length) {
    if (position > 0) return (size_t)position - 1;
    if (position == 0 || position < -(lua_Integer)length) return 0;
    return length + (size_t)position;
}

static int find_plain(lua_State *L, const char *subject, size_t length, size_t from, const char *text, size_t text_length) {
    const char *found = text_length ? memmem(subject + from, length - from, text, text_length) : subject + from;
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - subject + 1);
    lua_pushinteger(L, found - subject + (lua_Integer)text_length);
    return 2;
}

static bool has_specials(const char *pattern, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (pattern[i] && strchr("^$*+?.([%-", pattern[i])) return true;
    }
    return false;
}

static int search(lua_State *L, bool positions) {
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, 1, &length), *p = luaL_checklstring(L, 2, &pattern_length);
    size_t from = offset(luaL_optinteger(L, 3, 1), length);
    if (from > length) {
        lua_pushnil(L);
        return 1;
    }
    if (positions && (lua_toboolean(L, 4) || !has_specials(p, pattern_length)))
        return find_plain(L, subject, length, from, p, pattern_length);
    Match m = new_match(L, subject, length, p, pattern_length);
    bool anchored = pattern_length > 0 && *p == '^';
    p += anchored;
    for (const char *s = subject + from; s <= m.end; s++) {
        const char *end = match_at(&m, s, p);
        if (end && positions) {
            lua_pushinteger(L, s - subject + 1);
            lua_pushinteger(L, end - subject);
            return push_captures(&m, NULL, NULL) + 2;
        }
        if (end) return push_captures(&m, s, end);
        if (anchored) break;
    }
    lua_pushnil(L);
    return 1;
}

static int find(lua_State *L) { return search(L, true); }
static int match(lua_State *L) { return search(L, false); }

// Upvalues: subject, pattern, offset to go on from, offset of the last match's end or -1.
static int next_match(lua_State *L) {
    size_t length, pattern_length;
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &length);
    const char *p = lua_tolstring(L, lua_upvalueindex(2), &pattern_length);
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    Match m = new_match(L, subject, length, p, pattern_length);
    for (const char *s = subject + lua_tointeger(L, lua_upvalueindex(3)); s <= m.end; s++) {
        const char *end = match_at(&m, s, p);
        if (!end || end - subject == last) continue;
        lua_pushinteger(L, end - subject);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(&m, s, end);
    }
    return 0;
}

static int gmatch(lua_State *L) {
    size_t length;
    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    size_t from = offset(luaL_optinteger(L, 3, 1), length);
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)(from > length ? length + 1 : from));
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

// MARK: gsub

static void add_template(Match *m, luaL_Buffer *out, const char *start, const char *end) {
    size_t length;
    const char *template = lua_tolstring(m->L, 3, &length), *stop = template + length;
    for (const char *c = template; c < stop; c++) {
        if (*c != '%') {
            luaL_addchar(out, *c);
            continue;
        }
        if (++c == stop || (*c != '%' && !isdigit((unsigned char)*c)))
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        if (*c == '%') {
            luaL_addchar(out, '%');
        } else if (*c == '0') {
            luaL_addlstring(out, start, (size_t)(end - start));
        } else {
            push_capture(m, *c - '1', start, end);
            luaL_addvalue(out);
        }
    }
}

// Adds what replaces a match; false where it stays.
static bool add_replacement(Match *m, luaL_Buffer *out, const char *start, const char *end) {
    lua_State *L = m->L;
    switch (lua_type(L, 3)) {
    case LUA_TFUNCTION:
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, start, end), 1);
        break;
    case LUA_TTABLE:
        push_capture(m, 0, start, end);
        lua_gettable(L, 3);
        break;
    default:
        add_template(m, out, start, end);
        return true;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(out, start, (size_t)(end - start));
        return false;
    }
    if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(out);
    return true;
}

static int gsub(lua_State *L) {
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, 1, &length), *p = luaL_checklstring(L, 2, &pattern_length);
    int type = lua_type(L, 3);
    luaL_argexpected(
        L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
        "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1), made = 0;
    if (type == LUA_TNUMBER) lua_tostring(L, 3);
    Match m = new_match(L, subject, length, p, pattern_length);
    bool anchored = pattern_length > 0 && *p == '^', changed = false;
    p += anchored;
    const char *s = subject, *last = NULL;
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    while (made < most) {
        const char *end = match_at(&m, s, p);
        if (end && end != last) {
            made++;
            changed |= add_replacement(&m, &out, s, end);
            s = last = end;
        } else if (s < m.end) {
            luaL_addchar(&out, *s++);
        } else {
            break;
        }
        if (anchored) break;
    }
    if (changed) {
        luaL_addlstring(&out, s, (size_t)(m.end - s));
        luaL_pushresult(&out);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, made);
    return 2;
}

void patterns_install(lua_State *L) {
    lua_getglobal(L, "string");
    host_set_function(L, "find", find);
    host_set_function(L, "match", match);
    host_set_function(L, "gmatch", gmatch);
    host_set_function(L, "gsub", gsub);
    lua_pop(L, 1);
}
