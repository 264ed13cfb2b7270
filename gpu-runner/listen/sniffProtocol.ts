import type { Socket } from "node:net";

/** How HTTP/2 begins; no method of HTTP/1.1 begins so. */
const PREFACE = Buffer.from("PRI ");

/** Time that a connection may stay silent before it says what it speaks. */
const SILENCE_TIMEOUT_MS = 30_000;

/**
 * Tells by its first bytes what a connection speaks, and puts them back. A connection that ends or stays silent
 * before is closed, and nobody is told.
 */
export const sniffProtocol = (socket: Socket, onKnown: (protocol: "h1" | "h2") => void): void => {
  let head = Buffer.alloc(0);
  const look = (): void => {
    const chunk: unknown = socket.read();
    if (!Buffer.isBuffer(chunk)) return;
    head = Buffer.concat([head, chunk]);
    const known = Math.min(head.length, PREFACE.length);
    const maybe = PREFACE.subarray(0, known).equals(head.subarray(0, known));
    if (maybe && head.length < PREFACE.length) return;
    socket.off("readable", look);
    socket.off("error", ignore);
    socket.setTimeout(0);
    socket.off("timeout", close);
    socket.unshift(head);
    onKnown(maybe ? "h2" : "h1");
  };
  const ignore = (): void => {};
  const close = (): void => {
    socket.destroy();
  };
  socket.on("error", ignore);
  socket.setTimeout(SILENCE_TIMEOUT_MS);
  socket.on("timeout", close);
  socket.on("readable", look);
};
