/**
 * Asks Headgate for actions over openpi's websocket protocol. Run it with Node 24 in this repository, against a
 * running stack (`npm start`):
 *
 *   HEADGATE_KEY=hg_… node examples/openpi.ts [steps] ["move to the red block"]
 *
 * HEADGATE_URL is http://127.0.0.1:8787 when unset. It sends what a LIBERO robot sends, with a red square as picture.
 */
import { Packr, Unpackr } from "msgpackr";
import { WebSocket } from "ws";

const { HEADGATE_URL: url = "http://127.0.0.1:8787", HEADGATE_KEY: key = "" } = process.env;
const [steps = "3", prompt = "move to the red block"] = process.argv.slice(2);
const SIDE = 224;

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ mapsAsObjects: false, useRecords: false });

/** openpi's arrays are maps with binary keys. */
const ndarray = (data: Uint8Array, dtype: string, shape: number[]) =>
  new Map<Buffer, unknown>([
    [Buffer.from("__ndarray__"), true],
    [Buffer.from("data"), data],
    [Buffer.from("dtype"), dtype],
    [Buffer.from("shape"), shape],
  ]);

/** The numbers of an array of float64 that came. */
function numbersOf(array: Map<Uint8Array, unknown>): number[] {
  const members = new Map([...array].map(([name, value]) => [Buffer.from(name).toString(), value]));
  return [...new Float64Array(Uint8Array.from(members.get("data") as Uint8Array).buffer)];
}

const rgb = new Uint8Array(SIDE * SIDE * 3).fill(145);
for (let y = 60; y < 100; y += 1)
  for (let x = 140; x < 180; x += 1) rgb.set([210, 35, 40], (y * SIDE + x) * 3);

const socket = new WebSocket(`${url.replace(/^http/, "ws")}/?robot_type=franka`, {
  headers: { authorization: `Api-Key ${key}` },
  perMessageDeflate: false,
});
let asked = -1;
socket.on("unexpected-response", (_, { statusCode }) => fail(`the socket was refused: ${statusCode}`));
socket.on("message", (frame: Buffer, isBinary) => {
  if (!isBinary) return fail(`error: ${frame}`);
  const said = unpackr.unpack(frame);
  const headgate = Object.fromEntries(said.get("headgate"));
  // The first frame is the metadata; each other one answers an observation. `headgate.code` marks a hold.
  if (asked < 0) console.log({ model: said.get("model"), robot: said.get("robot_type"), session: headgate.session });
  else console.log(headgate.step, numbersOf(said.get("actions")).slice(0, 7), headgate.code ?? "", headgate.recorded);
  asked += 1;
  if (asked === Number(steps)) return socket.close();
  socket.send(packr.pack({ "observation/image": ndarray(rgb, "|u1", [SIDE, SIDE, 3]), prompt }));
});

function fail(reason: string): void {
  console.error(reason);
  process.exit(1);
}
