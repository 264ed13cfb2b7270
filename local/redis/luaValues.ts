import { type LuaState, lua, to_jsstring, to_luastring } from "fengari";
import { CommandError, type Reply, Status } from "./replies.ts";

/** Text of a Lua string; bytes that are no UTF-8 become U+FFFD. */
export const toText = (bytes: Uint8Array): string => to_jsstring(bytes, undefined, undefined, true);

export function pushText(state: LuaState, text: string): void {
  lua.lua_pushstring(state, to_luastring(text));
}

function pushTagged(state: LuaState, tag: "ok" | "err", text: string): void {
  lua.lua_createtable(state, 0, 1);
  pushText(state, text);
  lua.lua_setfield(state, -2, to_luastring(tag, true));
}

/** A reply as Lua sees it: null is `false`, a status `{ok=…}`, an error `{err=…}`. */
export function pushReply(state: LuaState, reply: Reply): void {
  if (reply === null) lua.lua_pushboolean(state, 0);
  else if (typeof reply === "number") lua.lua_pushnumber(state, reply);
  else if (typeof reply === "string") pushText(state, reply);
  else if (reply instanceof Status) pushTagged(state, "ok", reply.text);
  else if (reply instanceof CommandError) pushTagged(state, "err", reply.message);
  else if (Buffer.isBuffer(reply)) lua.lua_pushstring(state, reply);
  else {
    lua.lua_checkstack(state, 3);
    lua.lua_createtable(state, reply.length, 0);
    reply.forEach((item, index) => {
      pushReply(state, item);
      lua.lua_rawseti(state, -2, index + 1);
    });
  }
}

function textField(state: LuaState, index: number, name: string): string | null {
  const type = lua.lua_getfield(state, index, to_luastring(name, true));
  const text = type === lua.LUA_TSTRING ? toText(lua.lua_tolstring(state, -1)) : null;
  lua.lua_pop(state, 1);
  return text;
}

function tableReply(state: LuaState, index: number): Reply {
  const error = textField(state, index, "err");
  if (error !== null) return new CommandError(error);
  const status = textField(state, index, "ok");
  if (status !== null) return new Status(status);
  lua.lua_checkstack(state, 3);
  const items: Reply[] = [];
  for (let i = 1; lua.lua_rawgeti(state, index, i) !== lua.LUA_TNIL; i += 1) {
    items.push(toReply(state, lua.lua_gettop(state)));
    lua.lua_pop(state, 1);
  }
  lua.lua_pop(state, 1);
  return items;
}

/** What a script returned, as a reply: numbers lose their fraction, arrays end at the first nil. */
export function toReply(state: LuaState, index: number): Reply {
  switch (lua.lua_type(state, index)) {
    case lua.LUA_TSTRING:
      return toText(lua.lua_tolstring(state, index));
    case lua.LUA_TNUMBER:
      return Math.trunc(lua.lua_tonumber(state, index));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, index) ? 1 : null;
    case lua.LUA_TTABLE:
      return tableReply(state, index);
    default:
      return null;
  }
}

/** A number as `redis.call` passes it on: integers plain, fractions with all 17 digits. */
function printArgument(value: number): string {
  if (Number.isInteger(value)) return String(BigInt(value));
  const digits = Number(value.toPrecision(17));
  return String(digits);
}

/** The words of a `redis.call`; null when one of them is neither text nor number. */
export function commandWords(state: LuaState): string[] | null {
  const words: string[] = [];
  for (let index = 1; index <= lua.lua_gettop(state); index += 1) {
    const type = lua.lua_type(state, index);
    if (type === lua.LUA_TNUMBER) words.push(printArgument(lua.lua_tonumber(state, index)));
    else if (type === lua.LUA_TSTRING) words.push(toText(lua.lua_tolstring(state, index)));
    else return null;
  }
  return words;
}
