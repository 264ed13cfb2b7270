import { CommandError, type Reply } from "./replies.ts";
import type { RedisBackend } from "./restServer.ts";
import { sha1Hex } from "./scripting.ts";

/** A backend with a connection that must be closed. */
export interface RealRedis extends RedisBackend {
  close(): void;
}

type Command = readonly string[];

/** Upstash alone knows this first line; plain Redis refuses the script with it. */
const withoutShebang = (source: string): string => source.replace(/^#!lua[^\n]*allow-key-locking[^\n]*/, "");

/**
 * Puts the endpoint in front of a real Redis (`redis://…`). Scripts with Upstash's first line run without it
 * and stay known by the SHA-1 of the text that the client sent.
 */
export async function connectRealRedis(url: string): Promise<RealRedis> {
  const { default: Redis, Command: RedisCommand } = await import("ioredis");
  RedisCommand.setReplyTransformer("hgetall", (reply: unknown) => reply);
  const client = new Redis(url, { commandTimeout: 5000, maxRetriesPerRequest: 2 });
  client.on("error", () => {
    // Each command reports its own failure; without a listener ioredis would print every reconnect.
  });
  const rewritten = new Map<string, string>();

  function adapt([name = "", ...args]: Command): Command {
    const lower = name.toLowerCase();
    const [first = "", ...rest] = args;
    if (lower === "eval" || lower === "eval_ro") return [lower, remember(first), ...rest];
    if (lower === "script" && first.toLowerCase() === "load")
      return ["script", "load", remember(rest[0] ?? "")];
    const body = lower.startsWith("evalsha") ? rewritten.get(first) : undefined;
    return body === undefined ? [name, ...args] : ["eval", body, ...rest];
  }

  function remember(source: string): string {
    const body = withoutShebang(source);
    if (body !== source) rewritten.set(sha1Hex(source), body);
    return body;
  }

  async function send([name = "", ...args]: Command): Promise<Reply> {
    try {
      const command = new RedisCommand(name.toLowerCase(), [...args], { replyEncoding: null });
      return toReply(await client.sendCommand(command));
    } catch (error) {
      return new CommandError(
        error instanceof Error ? error.message.replace(/^ReplyError: /, "") : String(error),
      );
    }
  }

  async function transaction(commands: readonly Command[]): Promise<readonly Reply[] | CommandError> {
    const sent = [["multi"], ...commands.map(adapt), ["exec"]].map(send);
    const replies = (await Promise.all(sent)).at(-1) ?? null;
    if (replies instanceof CommandError) return replies;
    return Array.isArray(replies) ? replies : new CommandError("EXECABORT Transaction discarded.");
  }

  return { run: (command) => send(adapt(command)), transaction, close: () => client.disconnect() };
}

/** Replies of the driver: buffers, numbers, null, errors inside EXEC, and arrays of them. */
function toReply(value: unknown): Reply {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string" || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(toReply);
  if (value instanceof Error) return new CommandError(value.message);
  return String(value);
}
