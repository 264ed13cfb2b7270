/**
 * Asks Headgate for one action as OpenVLA's client does. Run it with Node 24 against a running stack (`npm start`),
 * with a key whose `defaults` name the robot:
 *
 *   HEADGATE_KEY=hg_… node examples/openvla.ts ["move to the red block"]
 *
 * HEADGATE_URL is http://127.0.0.1:8787 when unset. It sends a gray picture with a red square.
 */
import { argv, env, exit } from "node:process";

const { HEADGATE_URL: url = "http://127.0.0.1:8787", HEADGATE_KEY: key } = env;
const [instruction = "move to the red block"] = argv.slice(2);
const TIMEOUT_MS = 5000;
const SIDE = 64;

/** Pixels from the top left, red, green and blue: what numpy calls a [64, 64, 3] array of uint8. */
function redSquare(): Uint8Array {
  const pixels = Array.from({ length: SIDE * SIDE }, (_, pixel) => {
    const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)];
    return x > 40 && x < 52 && y > 8 && y < 20 ? [210, 35, 40] : [150, 145, 135];
  });
  return Uint8Array.from(pixels.flat());
}

const response = await fetch(`${url}/act`, {
  method: "POST",
  headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  body: JSON.stringify({
    image: {
      __numpy__: Buffer.from(redSquare()).toString("base64"),
      dtype: "|u1",
      shape: [SIDE, SIDE, 3],
    },
    instruction,
  }),
  signal: AbortSignal.timeout(TIMEOUT_MS),
});
const answer = await response.json();
if (!response.ok) {
  // application/problem+json: what is wrong, where, and what to do about it.
  console.error(`${answer.status} ${answer.code}: ${answer.title}. ${answer.fix}`, answer.errors);
  exit(1);
}
const bytes = Buffer.from(answer.__numpy__, "base64");
const action = Array.from({ length: answer.shape[0] }, (_, axis) => bytes.readDoubleLE(8 * axis));
const { headers } = response;
console.log(
  `[${action.join(", ")}] recorded: ${headers.get("x-recorded")}, ${headers.get("x-inference-id")}`,
);
