// The way between Lua and Swift. A Lua error is a longjmp and must never cross a Swift frame, so every API call that can raise
// is made in C: here, or in CLuaHost beneath. Swift itself may call what Lua's manual marks '-', and what it marks 'm' (memory)
// inside an entry, where the allocator refuses nothing.
#ifndef LUASHIM_H
#define LUASHIM_H

#include <CLuaHost.h>

// A Swift method. It returns the number of results it left on the stack, SHIM_FAILED with a message
// on top (the script's line is put in front), or SHIM_RAISED with an error value to be passed on as it is.
typedef int (*shim_entry)(lua_State *L, int method);
enum { SHIM_FAILED = -1, SHIM_RAISED = -2 };

enum { SHIM_TYPES = 32, SHIM_REGISTRY = LUA_REGISTRYINDEX };

// A state whose methods are `entry`'s; NULL when there is no memory for it.
lua_State *shim_open(shim_entry entry, void *context, int64_t seed);
void shim_close(lua_State *L);
void *shim_context(lua_State *L);

// Pushes the function that calls Swift's method.
void shim_push_method(lua_State *L, int method);
// Pushes an `__index` that looks in the table on top (which it pops), then asks Swift's method.
void shim_push_index(lua_State *L, int method);
// The address that marks type `tag` in the registry.
const void *shim_type_key(int tag);
// Is what lies at `index` a userdata of this type?
bool shim_is_of_type(lua_State *L, int index, int tag);

// A typed array of doubles, in Lua's own memory.
typedef struct {
    uint64_t mark;                         // SHIM_VECTOR_MARK
    uint64_t unused;                       // numbers begin at a multiple of 16 bytes
    double numbers[];
} shim_vector;
static const uint64_t SHIM_VECTOR_MARK = 0x4173747256656374;

// The vector at `index`, of type `tag`, and how many numbers it has; NULL if there is something else.
shim_vector *shim_read_vector(lua_State *L, int index, int tag, size_t *count);
// As shim_push_index and shim_push_method (for `__len`), but elements and length of vectors are given without Swift.
void shim_push_vector_index(lua_State *L, int method, int tag);
void shim_push_vector_length(lua_State *L, int method, int tag);

// The local variables of the function at `function` are kept when it returns; pushes them as a table, or nil.
void shim_keep_locals(lua_State *L, int function);
void shim_push_kept_locals(lua_State *L);

static inline void shim_pop(lua_State *L, int n) { lua_settop(L, -n - 1); }

#endif
