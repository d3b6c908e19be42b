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

// The local variables of the function at `function` are kept when it returns; pushes them as a table, or nil.
void shim_keep_locals(lua_State *L, int function);
void shim_push_kept_locals(lua_State *L);

static inline void shim_pop(lua_State *L, int n) { lua_settop(L, -n - 1); }

#endif
