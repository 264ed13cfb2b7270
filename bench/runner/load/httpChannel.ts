import { once } from "node:events";
import { connect } from "node:net";
import { ResponseReader } from "../../load/responseReader.ts";
import type { Channel } from "./callers.ts";

/** One connection of HTTP/1.1 that has one request under way. A plain socket: the generator must cost less than the server. */
export const openHttpChannel = async (port: number, request: Uint8Array): Promise<Channel> => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const reader = new ResponseReader();
  let waiting: ((good: boolean) => void) | null = null;
  socket.on("data", (bytes) => {
    const response = reader.push(bytes);
    if (response === null) return;
    const answer = waiting;
    waiting = null;
    answer?.(response.status === 200);
  });
  socket.on("error", () => waiting?.(false));
  return {
    send: (onAnswer) => {
      waiting = onAnswer;
      socket.write(request);
    },
    close: () => socket.destroy(),
  };
};
