import { type LuaState, lua } from "fengari";
import { pushText, toText } from "./luaValues.ts";

/** JSON's null inside Lua, a light userdata, since a table cannot hold nil. */
const JSON_NULL = Symbol("cjson.null");

/** The parsed form of any JSON text. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const MAX_DEPTH = 1000;

function pushJson(state: LuaState, value: Json): void {
  lua.lua_checkstack(state, 4);
  if (value === null) lua.lua_pushlightuserdata(state, JSON_NULL);
  else if (typeof value === "string") pushText(state, value);
  else if (typeof value === "number") lua.lua_pushnumber(state, value);
  else if (typeof value === "boolean") lua.lua_pushboolean(state, value ? 1 : 0);
  else {
    lua.lua_createtable(state, 0, 0);
    if (isArray(value)) {
      value.forEach((item, index) => {
        pushJson(state, item);
        lua.lua_rawseti(state, -2, index + 1);
      });
      return;
    }
    for (const [name, item] of Object.entries(value)) {
      pushText(state, name);
      pushJson(state, item);
      lua.lua_rawset(state, -3);
    }
  }
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

/** Length of the array that a table is, or null when it has other keys; holes are allowed as in cjson. */
function arrayLength(state: LuaState, index: number): number | null {
  let longest = 0;
  lua.lua_pushnil(state);
  while (lua.lua_next(state, index) !== 0) {
    const isNumber = lua.lua_type(state, -2) === lua.LUA_TNUMBER;
    const key = isNumber ? lua.lua_tonumber(state, -2) : 0;
    lua.lua_pop(state, 1);
    if (!Number.isInteger(key) || key < 1) {
      lua.lua_pop(state, 1);
      return null;
    }
    longest = Math.max(longest, key);
  }
  return longest === 0 ? null : longest;
}

/** Text of a number the way Lua prints it (`%.14g`); works on a copy, since printing changes its type. */
function printNumber(state: LuaState, index: number): string {
  const value = lua.lua_tonumber(state, index);
  if (!Number.isFinite(value)) throw new Error("Cannot serialise number: must not be NaN or Inf");
  lua.lua_pushvalue(state, index);
  const text = toText(lua.lua_tolstring(state, -1));
  lua.lua_pop(state, 1);
  return text;
}

function encodeTable(state: LuaState, index: number, depth: number): string {
  if (depth > MAX_DEPTH) throw new Error(`Cannot serialise, excessive depth (${depth})`);
  lua.lua_checkstack(state, 4);
  const length = arrayLength(state, index);
  if (length !== null) {
    const items = Array.from({ length }, (_, place) => {
      lua.lua_rawgeti(state, index, place + 1);
      const text = encode(state, lua.lua_gettop(state), depth);
      lua.lua_pop(state, 1);
      return text;
    });
    return `[${items.join(",")}]`;
  }
  const members: string[] = [];
  lua.lua_pushnil(state);
  while (lua.lua_next(state, index) !== 0) {
    const top = lua.lua_gettop(state);
    const isText = lua.lua_type(state, top - 1) === lua.LUA_TSTRING;
    const name = isText ? toText(lua.lua_tolstring(state, top - 1)) : printNumber(state, top - 1);
    members.push(`${JSON.stringify(name)}:${encode(state, top, depth)}`);
    lua.lua_pop(state, 1);
  }
  return `{${members.join(",")}}`;
}

function encode(state: LuaState, index: number, depth: number): string {
  switch (lua.lua_type(state, index)) {
    case lua.LUA_TSTRING:
      return JSON.stringify(toText(lua.lua_tolstring(state, index)));
    case lua.LUA_TNUMBER:
      return printNumber(state, index);
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, index) ? "true" : "false";
    case lua.LUA_TTABLE:
      return encodeTable(state, index, depth + 1);
    case lua.LUA_TNIL:
    case lua.LUA_TLIGHTUSERDATA:
      return "null";
    default:
      throw new Error("Cannot serialise this type");
  }
}

/** Text of `cjson.encode(value)`; throws what cjson would raise. An empty table is `{}`, as with cjson. */
export const encodeJson = (state: LuaState, index: number): string => encode(state, index, 0);

/** Pushes `cjson.decode(text)`; throws on text that is no JSON. */
export function decodeJson(state: LuaState, text: string): void {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("Expected value but found invalid token");
  }
  pushJson(state, value);
}

/** Pushes `cjson.null`. */
export function pushJsonNull(state: LuaState): void {
  lua.lua_pushlightuserdata(state, JSON_NULL);
}
