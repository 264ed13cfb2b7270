/**
 * Asks Headgate for one action. Run it with Node 24 against a running stack (`npm start`):
 *
 *   HEADGATE_KEY=hg_… node examples/act.ts ["move to the red block"] [camera.jpg [wrist.jpg]]
 *
 * HEADGATE_URL is http://127.0.0.1:8787 when unset. Without pictures two cameras see a red square on gray.
 */
import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const { HEADGATE_URL: url = "http://127.0.0.1:8787", HEADGATE_KEY: key } = process.env;
const [instruction = "move to the red block", ...paths] = process.argv.slice(2);
const TIMEOUT_MS = 5000;

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A PNG of 64 × 48 pixels, 8-bit RGB. */
function redSquare(): Buffer {
  const rows = Array.from({ length: 48 }, (_, y) =>
    [0].concat(
      ...Array.from({ length: 64 }, (_, x) =>
        x > 40 && x < 52 && y > 8 && y < 20 ? [210, 35, 40] : [150, 145, 135],
      ),
    ),
  );
  const header = Buffer.from([0, 0, 0, 64, 0, 0, 0, 48, 8, 2, 0, 0, 0]);
  const data = chunk("IDAT", deflateSync(Uint8Array.from(rows.flat())));
  const mark = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([mark, chunk("IHDR", header), data, chunk("IEND", Buffer.alloc(0))]);
}

const pictures = paths.length === 0 ? [redSquare(), redSquare()] : paths.map((path) => readFileSync(path));
const form = new FormData();
const observation = { robot_type: "franka", instruction, captured_at: new Date().toISOString() };
form.append("request", JSON.stringify(observation));
// Every other part is a camera under its name; `image` is the primary one.
for (const [at, picture] of pictures.entries())
  form.append(["image", "wrist"][at] ?? `camera_${at}`, new Blob([new Uint8Array(picture)]), "picture");
const response = await fetch(`${url}/v1/act`, {
  method: "POST",
  headers: { authorization: `Bearer ${key}` },
  body: form,
  signal: AbortSignal.timeout(TIMEOUT_MS),
});
const answer = await response.json();
if (!response.ok) {
  // application/problem+json: what is wrong, where, and what to do about it.
  console.error(`${answer.status} ${answer.code}: ${answer.title}. ${answer.fix}`, answer.errors);
  process.exit(1);
}
console.log(answer.action, { safety: answer.safety.score, recorded: answer.recorded, id: answer.id });
