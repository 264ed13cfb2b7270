/**
 * Asks Headgate for actions over openpi's websocket protocol. Run it with Node 24 against a running stack:
 *
 *   HEADGATE_KEY=hg_… node examples/openpi.ts [steps] ["move to the red block"]
 *
 * HEADGATE_URL is http://127.0.0.1:8787 when unset. Sends what a LIBERO robot sends, a red square as its picture.
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
  new Map(
    Object.entries({ __ndarray__: true, data, dtype, shape }).map(([name, value]) => [
      Buffer.from(name),
      value,
    ]),
  );

/** The numbers of an array of float64 that came. */
function numbersOf(array: Map<Uint8Array, Uint8Array>): number[] {
  const [, data] = [...array].find(([name]) => Buffer.from(name).toString() === "data") ?? [];
  return [...new Float64Array(Uint8Array.from(data ?? []).buffer)];
}

const rgb = new Uint8Array(SIDE * SIDE * 3).fill(145);
for (let y = 60; y < 100; y += 1)
  for (let x = 140; x < 180; x += 1) rgb.set([210, 35, 40], (y * SIDE + x) * 3);

const socket = new WebSocket(`${url.replace(/^http/, "ws")}/?robot_type=franka`, {
  headers: { authorization: `Api-Key ${key}` },
  perMessageDeflate: false,
});
let answered = -1;
socket.on("message", (frame: Buffer, isBinary) => {
  // A text frame is an error: the problem as JSON.
  if (!isBinary) throw new Error(frame.toString());
  const said = unpackr.unpack(frame);
  const headgate = Object.fromEntries(said.get("headgate"));
  // The first frame is the metadata; each other answers an observation. `headgate.code` marks a hold.
  if (answered < 0) console.log(said.get("model"), said.get("robot_type"), headgate.session);
  else console.log(headgate.step, numbersOf(said.get("actions")).slice(0, 7), headgate);
  answered += 1;
  if (answered === Number(steps)) return socket.close();
  const image = ndarray(rgb, "|u1", [SIDE, SIDE, 3]);
  socket.send(packr.pack({ "observation/image": image, prompt }));
});
