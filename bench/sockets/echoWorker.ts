import { DurableObject } from "cloudflare:workers";

interface Environment {
  readonly ECHO: DurableObjectNamespace<Echo>;
}

const ANSWER_BYTES = 1024;

/**
 * The yardstick: the least that a Durable Object with a socket can do. It takes a frame and sends one of the
 * size of an answer: nothing is read, asked or kept.
 */
export class Echo extends DurableObject<Environment> {
  override async fetch(): Promise<Response> {
    const [client, server] = Object.values(new WebSocketPair());
    if (client === undefined || server === undefined) throw new Error("a pair of sockets has two ends");
    server.binaryType = "arraybuffer";
    server.accept();
    const answer = new Uint8Array(ANSWER_BYTES);
    server.send(answer);
    server.addEventListener("message", () => server.send(answer));
    return new Response(null, { status: 101, webSocket: client });
  }
}

export default {
  fetch: (request, { ECHO }) => ECHO.getByName(new URL(request.url).search).fetch(request),
} satisfies ExportedHandler<Environment>;
