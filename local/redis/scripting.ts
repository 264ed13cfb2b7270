import "./luaNumbers.ts";
import { createHash } from "node:crypto";
import { type LuaState, lauxlib, lua, lualib, to_luastring } from "fengari";
import { decodeJson, encodeJson, pushJsonNull } from "./luaJson.ts";
import { LUA_PRELUDE } from "./luaPrelude.ts";
import { commandWords, pushReply, pushText, toReply, toText } from "./luaValues.ts";
import { CommandError, type Reply } from "./replies.ts";

/** Runs one command for a script; a refused command comes back as an error reply, nothing is thrown. */
export type CallCommand = (words: readonly string[]) => Reply;

export const sha1Hex = (text: string): string => createHash("sha1").update(text).digest("hex");

/** Upstash alone knows this first line; Lua would not parse it. */
const withoutShebang = (source: string): string => source.replace(/^#![^\n]*/, "");

const TOO_MANY_KEYS = "ERR Number of keys can't be greater than number of args";

/**
 * Lua scripts as Redis runs them: EVAL, EVALSHA and SCRIPT, with KEYS, ARGV, `redis.*` and `cjson`. Each
 * script is compiled once and known by the SHA-1 of its text until the process ends, as in Redis.
 */
export class Scripting {
  readonly #state: LuaState;
  readonly #compiled = new Map<string, number>();
  #call: CallCommand = () => new CommandError("ERR no script is running");

  constructor() {
    this.#state = lauxlib.luaL_newstate();
    this.#openLibraries();
    const reference = this.#compile(LUA_PRELUDE, "prelude");
    lua.lua_rawgeti(this.#state, lua.LUA_REGISTRYINDEX, reference);
    if (lua.lua_pcall(this.#state, 0, 0, 0) !== lua.LUA_OK) throw new Error(this.#popText());
  }

  /** Remembers a script and answers its SHA-1; throws a CommandError when it does not compile. */
  load(source: string): string {
    const sha1 = sha1Hex(source);
    if (!this.#compiled.has(sha1)) this.#compiled.set(sha1, this.#compile(withoutShebang(source), sha1));
    return sha1;
  }

  knows(sha1: string): boolean {
    return this.#compiled.has(sha1.toLowerCase());
  }

  forgetAll(): void {
    for (const reference of this.#compiled.values())
      lauxlib.luaL_unref(this.#state, lua.LUA_REGISTRYINDEX, reference);
    this.#compiled.clear();
  }

  /** Runs a known script. `args` are the words after it: the number of keys, the keys, the arguments. */
  run(sha1: string, args: readonly string[], call: CallCommand): Reply {
    const reference = this.#compiled.get(sha1.toLowerCase());
    if (reference === undefined) throw new CommandError("NOSCRIPT No matching script. Please use EVAL.");
    const keyCount = Number(args[0]);
    if (!Number.isInteger(keyCount)) throw new CommandError("ERR value is not an integer or out of range");
    if (keyCount < 0) throw new CommandError("ERR Number of keys can't be negative");
    if (keyCount > args.length - 1) throw new CommandError(TOO_MANY_KEYS);

    this.#call = call;
    this.#setGlobal("KEYS", args.slice(1, keyCount + 1));
    this.#setGlobal("ARGV", args.slice(keyCount + 1));
    lua.lua_rawgeti(this.#state, lua.LUA_REGISTRYINDEX, reference);
    const status = lua.lua_pcall(this.#state, 0, 1, 0);
    const reply = toReply(this.#state, lua.lua_gettop(this.#state));
    lua.lua_settop(this.#state, 0);
    return status === lua.LUA_OK ? reply : raised(reply, sha1);
  }

  #compile(source: string, sha1: string): number {
    const bytes = to_luastring(source);
    const name = to_luastring("@user_script");
    if (lauxlib.luaL_loadbuffer(this.#state, bytes, bytes.length, name) !== lua.LUA_OK)
      throw new CommandError(`ERR Error compiling script (new function): ${this.#popText()} script: ${sha1}`);
    return lauxlib.luaL_ref(this.#state, lua.LUA_REGISTRYINDEX);
  }

  #popText(): string {
    const text = toText(lua.lua_tolstring(this.#state, -1));
    lua.lua_pop(this.#state, 1);
    return text;
  }

  #setGlobal(name: string, words: readonly string[]): void {
    pushReply(this.#state, words);
    lua.lua_setglobal(this.#state, to_luastring(name, true));
  }

  #openLibraries(): void {
    const libraries = {
      _G: lualib.luaopen_base,
      string: lualib.luaopen_string,
      table: lualib.luaopen_table,
      math: lualib.luaopen_math,
    };
    for (const [name, open] of Object.entries(libraries)) {
      lauxlib.luaL_requiref(this.#state, to_luastring(name), open, 1);
      lua.lua_pop(this.#state, 1);
    }
    this.#defineTable("redis", {
      set_number_metatable: setNumberMetatable,
      call: (state) => this.#redisCall(state, true),
      pcall: (state) => this.#redisCall(state, false),
      sha1hex: (state) => answerText(state, () => sha1Hex(textArgument(state))),
    });
    this.#defineTable("cjson", {
      encode: (state) => answerText(state, () => encodeJson(state, 1)),
      decode: (state) => answer(state, () => decodeJson(state, textArgument(state))),
    });
  }

  #defineTable(name: string, functions: Readonly<Record<string, (state: LuaState) => number>>): void {
    lua.lua_createtable(this.#state, 0, 4);
    for (const [field, run] of Object.entries(functions)) {
      lua.lua_pushcfunction(this.#state, run);
      lua.lua_setfield(this.#state, -2, to_luastring(field));
    }
    if (name === "cjson") {
      pushJsonNull(this.#state);
      lua.lua_setfield(this.#state, -2, to_luastring("null"));
    }
    lua.lua_setglobal(this.#state, to_luastring(name));
  }

  /** `redis.call` raises an error reply, `redis.pcall` returns it. */
  #redisCall(state: LuaState, raises: boolean): number {
    const words = commandWords(state);
    const reply =
      words === null
        ? new CommandError("ERR Lua redis lib command arguments must be strings or integers")
        : words.length === 0
          ? new CommandError("ERR Please specify at least one argument for this redis.call")
          : this.#call(words);
    pushReply(state, reply);
    return reply instanceof CommandError && raises ? lua.lua_error(state) : 1;
  }
}

/** Gives all numbers the metatable that is its argument; Lua's own `debug` library stays closed. */
function setNumberMetatable(state: LuaState): number {
  lua.lua_pushnumber(state, 0);
  lua.lua_pushvalue(state, 1);
  lua.lua_setmetatable(state, -2);
  return 0;
}

/** What an uncaught error of a script answers: the error reply it raised, or the text of the Lua error. */
function raised(error: Reply, sha1: string): CommandError {
  const isReply = error instanceof CommandError;
  const text = isReply ? error.message : `ERR ${String(error)}`;
  return new CommandError(`${text} script: ${sha1}, on @user_script.`);
}

function textArgument(state: LuaState): string {
  const type = lua.lua_type(state, 1);
  if (type !== lua.LUA_TSTRING && type !== lua.LUA_TNUMBER)
    throw new Error("wrong number or type of arguments");
  return toText(lua.lua_tolstring(state, 1));
}

/** Runs a library function of ours; what it throws becomes a Lua error with that text. */
function answer(state: LuaState, push: () => void): number {
  try {
    push();
    return 1;
  } catch (error) {
    pushText(state, error instanceof Error ? error.message : String(error));
  }
  return lua.lua_error(state);
}

const answerText = (state: LuaState, make: () => string): number =>
  answer(state, () => pushText(state, make()));
