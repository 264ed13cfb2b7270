// fengari first: its modules need one another in the order in which it loads them.
import "fengari";
import lobject from "fengari/src/lobject.js";
import lstring from "fengari/src/lstring.js";

/*
 * Gives fengari (Lua 5.3) the numbers of Lua 5.1, which Redis runs: every number that a script reads is a
 * double, and 3.0 prints as `3`. Without it, 32-bit integers wrap at 2,147,483,647, which a clock in
 * milliseconds or a month's quota passes. fengari looks both functions up on the module at each call, so
 * replacing them there, once, suffices.
 */
const parse = lobject.luaO_str2num;
lobject.luaO_str2num = (text, into) => {
  const length = parse(text, into);
  if (length > 0 && into.ttisinteger()) into.setfltvalue(into.value);
  return length;
};

lobject.luaO_tostring = (state, number) => {
  number.setsvalue(lstring.luaS_bless(state, Buffer.from(printLuaNumber(number.value))));
};

const DIGITS = 14;

/** A number as C's `%.14g` prints it, the format of Lua 5.1. */
export function printLuaNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 10 ** DIGITS) return String(value);
  const [mantissa = "", exponent = "0"] = value.toExponential(DIGITS - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < DIGITS) return trimZeros(value.toFixed(DIGITS - 1 - power));
  const sign = power < 0 ? "-" : "+";
  return `${trimZeros(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}

const trimZeros = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
