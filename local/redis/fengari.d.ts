/** The parts of fengari (Lua 5.3 in JavaScript, without types of its own) that the store uses. */
declare module "fengari" {
  export interface LuaState {
    readonly luaState: unique symbol;
  }
  type LuaString = Uint8Array;
  type LuaFunction = (state: LuaState) => number;

  export const lua: {
    readonly LUA_OK: number;
    readonly LUA_REGISTRYINDEX: number;
    readonly LUA_TNIL: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_TLIGHTUSERDATA: number;
    readonly LUA_TNUMBER: number;
    readonly LUA_TSTRING: number;
    readonly LUA_TTABLE: number;
    lua_checkstack(state: LuaState, slots: number): boolean;
    lua_createtable(state: LuaState, arraySize: number, recordSize: number): void;
    lua_error(state: LuaState): number;
    lua_gettop(state: LuaState): number;
    lua_next(state: LuaState, index: number): number;
    lua_pcall(state: LuaState, argumentCount: number, resultCount: number, handler: number): number;
    lua_pop(state: LuaState, count: number): void;
    lua_pushboolean(state: LuaState, value: number): void;
    lua_pushcfunction(state: LuaState, fn: LuaFunction): void;
    lua_pushlightuserdata(state: LuaState, value: unknown): void;
    lua_pushnil(state: LuaState): void;
    lua_pushnumber(state: LuaState, value: number): void;
    lua_pushstring(state: LuaState, text: LuaString): void;
    lua_pushvalue(state: LuaState, index: number): void;
    lua_rawgeti(state: LuaState, index: number, key: number): number;
    lua_rawlen(state: LuaState, index: number): number;
    lua_rawseti(state: LuaState, index: number, key: number): void;
    lua_rawset(state: LuaState, index: number): void;
    lua_getfield(state: LuaState, index: number, name: LuaString): number;
    lua_setmetatable(state: LuaState, index: number): number;
    lua_setfield(state: LuaState, index: number, name: LuaString): void;
    lua_setglobal(state: LuaState, name: LuaString): void;
    lua_settop(state: LuaState, index: number): void;
    lua_toboolean(state: LuaState, index: number): boolean;
    lua_tonumber(state: LuaState, index: number): number;
    lua_tolstring(state: LuaState, index: number): LuaString;
    lua_touserdata(state: LuaState, index: number): unknown;
    lua_type(state: LuaState, index: number): number;
  };

  export const lauxlib: {
    luaL_newstate(): LuaState;
    luaL_loadbuffer(state: LuaState, text: LuaString, length: number, name: LuaString): number;
    luaL_ref(state: LuaState, table: number): number;
    luaL_requiref(state: LuaState, name: LuaString, open: LuaFunction, global: number): void;
    luaL_unref(state: LuaState, table: number, reference: number): void;
  };

  export const lualib: {
    readonly luaopen_base: LuaFunction;
    readonly luaopen_string: LuaFunction;
    readonly luaopen_table: LuaFunction;
    readonly luaopen_math: LuaFunction;
  };

  export function to_luastring(text: string, cache?: boolean): LuaString;
  export function to_jsstring(text: LuaString, from?: number, to?: number, replace?: boolean): string;
}

/** Lua values inside fengari; only what the number semantics of Lua 5.1 need. */
declare module "fengari/src/lobject.js" {
  interface TaggedValue {
    value: number;
    ttisinteger(): boolean;
    setfltvalue(value: number): void;
    setsvalue(text: unknown): void;
  }
  const lobject: {
    luaO_str2num(text: Uint8Array, into: TaggedValue): number;
    luaO_tostring(state: unknown, value: TaggedValue): void;
  };
  export default lobject;
}

declare module "fengari/src/lstring.js" {
  const lstring: { luaS_bless(state: unknown, text: Uint8Array): unknown };
  export default lstring;
}
