import { once } from "node:events";
import { z } from "zod";

/** One function of the profile, and the time in which it was the innermost that ran. */
export interface ProfiledFunction {
  readonly name: string;
  /** Module and line, such as `edge.js:1234`; empty for what the engine does itself. */
  readonly place: string;
  readonly selfMicroseconds: number;
  /** Time in which it was somewhere on the stack. */
  readonly totalMicroseconds: number;
}

const targetsSchema = z.array(z.object({ webSocketDebuggerUrl: z.string() }));

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
type Profile = z.infer<typeof profileSchema>;
type ProfileNode = Profile["nodes"][number];

const replySchema = z.object({
  id: z.number().optional(),
  result: z.object({ profile: profileSchema.optional() }).optional(),
});

const SAMPLE_EVERY_MICROSECONDS = 200;

/** Profiles the Worker behind an inspector port while `work` runs (Chrome DevTools Protocol, `Profiler`). */
export async function profileWhile<Value>(
  inspectorPort: number,
  work: () => Promise<Value>,
): Promise<{ functions: ProfiledFunction[]; value: Value }> {
  const listed = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
  const [target] = targetsSchema.parse(await listed.json());
  if (target === undefined) throw new Error("The inspector lists no Worker.");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, "open");
  const ask = askOver(socket);
  try {
    await ask("Profiler.enable");
    await ask("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY_MICROSECONDS });
    await ask("Profiler.start");
    const value = await work();
    const { result } = await ask("Profiler.stop");
    return { functions: functionsOf(profileSchema.parse(result?.profile)), value };
  } finally {
    socket.close();
  }
}

function askOver(socket: WebSocket) {
  let lastId = 0;
  return (method: string, params: Record<string, unknown> = {}): Promise<z.infer<typeof replySchema>> => {
    lastId += 1;
    const id = lastId;
    const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof replySchema>>();
    const onMessage = ({ data }: MessageEvent) => {
      const reply = replySchema.safeParse(JSON.parse(String(data)));
      if (!reply.success || reply.data.id !== id) return;
      socket.removeEventListener("message", onMessage);
      resolve(reply.data);
    };
    socket.addEventListener("message", onMessage);
    socket.addEventListener("close", () => reject(new Error("The inspector has gone.")), { once: true });
    socket.send(JSON.stringify({ id, method, params }));
    return promise;
  };
}

/** Sums samples up by function; recursion counts once. Waiting is no work and is left out. */
function functionsOf(profile: Profile): ProfiledFunction[] {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  );
  const sums = new Map<string, { node: ProfileNode; selfUs: number; totalUs: number }>();
  for (const [id, us] of workByNode(profile, byId)) {
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      if (node === undefined || node.callFrame.functionName === "(root)") break;
      const label = labelOf(node);
      const sum = sums.get(label) ?? { node, selfUs: 0, totalUs: 0 };
      sums.set(label, sum);
      if (at === id) sum.selfUs += us;
      if (!seen.has(label)) sum.totalUs += us;
      seen.add(label);
    }
  }
  return [...sums.values()].map(({ node, selfUs, totalUs }) => ({
    name: node.callFrame.functionName || "(anonymous)",
    place: placeOf(node),
    selfMicroseconds: selfUs,
    totalMicroseconds: totalUs,
  }));
}

/** The time that each node of the tree was the innermost one. */
function workByNode(
  { samples, timeDeltas }: Profile,
  byId: ReadonlyMap<number, ProfileNode>,
): Map<number, number> {
  const microseconds = new Map<number, number>();
  samples.forEach((id, index) => {
    const name = byId.get(id)?.callFrame.functionName;
    if (name === "(idle)" || name === "(root)") return;
    microseconds.set(id, (microseconds.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  });
  return microseconds;
}

const placeOf = ({ callFrame: { url, lineNumber } }: ProfileNode): string =>
  url === "" ? "" : `${url.slice(url.lastIndexOf("/") + 1)}:${lineNumber + 1}`;

const labelOf = (node: ProfileNode): string => `${node.callFrame.functionName} ${placeOf(node)}`;
