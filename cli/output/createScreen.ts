import type { Environment, Screen } from "../command.ts";

const WIDTH_OF_A_FILE = 80;
const CLEAR_LINE = "\r\u001b[K";

interface Streams {
  readonly environment: Environment;
  readonly out: { readonly isTTY?: boolean; readonly columns?: number };
  readonly err: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
}

/** The screen behind two streams; `clear` takes the line of progress away before anything else is written. */
export function createScreen({ environment, out, err }: Streams): Screen & { clear(): void } {
  const heard = err.isTTY === true;
  let said = false;
  return {
    colors: out.isTTY === true && !environment.NO_COLOR,
    width: out.columns ?? WIDTH_OF_A_FILE,
    progress(line) {
      if (!heard) return;
      said = true;
      err.write(`${CLEAR_LINE}${line.slice(0, (err.columns ?? WIDTH_OF_A_FILE) - 1)}`);
    },
    clear() {
      if (said) err.write(CLEAR_LINE);
      said = false;
    },
  };
}
