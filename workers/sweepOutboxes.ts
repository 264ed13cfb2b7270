import type { OutboxRpc, SocketRpc } from "./services.ts";

/** The bindings, as far as a sweep needs them. */
interface SweepOptions {
  readonly outboxes: { getByName(name: string): Pick<OutboxRpc, "sweep"> };
  readonly sockets: { getByName(name: string): Pick<SocketRpc, "sweep"> };
}

/**
 * Wakes these outboxes, and the sessions that they list, should they hold something and have lost their alarm.
 * One that does not answer holds up no other; the next sweep asks again.
 */
export async function sweepOutboxes(
  names: readonly string[],
  { outboxes, sockets }: SweepOptions,
): Promise<void> {
  const sweepSession = (session: string) => sockets.getByName(session).sweep();
  const sweepOutbox = async (name: string) => {
    const { sessions } = await outboxes.getByName(name).sweep();
    await Promise.allSettled(sessions.map(sweepSession));
  };
  await Promise.allSettled(names.map(sweepOutbox));
}
