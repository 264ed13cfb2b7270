/** Every table, for drizzle-kit. */
export * from "./embed.ts";
export * from "./guard.ts";
export * from "./keep.ts";
export * from "./observe.ts";
export * from "./rights.ts";
