const DEPTH_MAX = 32;

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/**
 * Whether a value is JSON of finite numbers, nested at most 32 levels deep: deeper than that, reading it back
 * level by level would exhaust the stack of whoever does. Walks level by level itself; never throws.
 */
export function isJson(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return false;
    const next: unknown[] = [];
    for (const part of level) {
      if (part === null || typeof part === "string" || typeof part === "boolean") continue;
      if (typeof part === "number" && Number.isFinite(part)) continue;
      if (typeof part !== "object" || !(Array.isArray(part) || isPlain(part))) return false;
      for (const member of Object.values(part)) next.push(member);
    }
    level = next;
  }
  return true;
}
