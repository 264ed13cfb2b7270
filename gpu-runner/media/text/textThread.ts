import { Worker } from "node:worker_threads";
import { done, type Outcome, refuse } from "../../protocol/outcome.ts";
import type { ScoredBox } from "../box.ts";
import type { GrayPicture } from "./grayPicture.ts";
import type { TextReply, TextRequest } from "./messages.ts";

type Found = Outcome<readonly ScoredBox[]>;

/** Longer than any picture takes, with a reader that has to start and is slow. */
const TIMEOUT_MS = 15_000;

const outcomeOf = (reply: TextReply): Found =>
  reply.kind === "found"
    ? done(reply.boxes)
    : refuse(500, `Looking for text failed: ${reply.reason.slice(0, 200)}`);

/**
 * A thread that looks for writing, seen from the protocol thread. It starts with its first picture and again
 * after it died or hung, and never keeps the process alive. One picture at a time.
 */
export class TextThread {
  #thread: Worker | null = null;
  #settle: ((found: Found) => void) | null = null;

  /** Finds the writing in a picture, whose pixels are handed over and gone here afterwards. */
  find(picture: GrayPicture & { readonly pixels: Uint8Array<ArrayBuffer> }): Promise<Found> {
    const thread = this.#thread ?? this.#start();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#lose(refuse(504, "Looking for text took too long."));
        void thread.terminate();
      }, TIMEOUT_MS);
      this.#settle = (found) => {
        clearTimeout(timer);
        resolve(found);
      };
      thread.postMessage({ picture } satisfies TextRequest, [picture.pixels.buffer]);
    });
  }

  #start(): Worker {
    const thread = new Worker(new URL("./textWorker.ts", import.meta.url));
    // One that was given up may still say something.
    const isOurs = (): boolean => this.#thread === thread;
    const lose = (): void => {
      if (isOurs()) this.#lose(refuse(500, "The thread that looks for text died."));
    };
    thread.on("message", (reply: TextReply) => {
      if (isOurs()) this.#answer(outcomeOf(reply));
    });
    thread.on("error", lose);
    thread.on("exit", lose);
    // After the listeners, which would hold the process again.
    thread.unref();
    this.#thread = thread;
    return thread;
  }

  #lose(why: Found): void {
    this.#thread = null;
    this.#answer(why);
  }

  #answer(found: Found): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(found);
  }
}
