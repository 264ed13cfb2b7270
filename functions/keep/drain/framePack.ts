import type { SealedImage } from "../../contracts/records.ts";

/**
 * Many frames in one object: the frames' bytes one after another, then an index as JSON, the index's length
 * in four bytes (little-endian) and the mark `HGF1`. A row finds its frames by offset and length alone; the
 * index names record and camera of each and lets the object be read without the database.
 */
export interface PackedFrame {
  readonly id: string;
  readonly image: SealedImage;
}

export interface FramePlace {
  readonly id: string;
  readonly camera: string;
  readonly contentType: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

const MARK = new TextEncoder().encode("HGF1");

/** Packs frames in the order given; answers the object, and where each frame lies in it. */
export function packFrames(frames: readonly PackedFrame[]): {
  body: Uint8Array<ArrayBuffer>;
  places: FramePlace[];
} {
  let offsetBytes = 0;
  const places = frames.map(({ id, image }) => {
    const { camera, contentType, bytes } = image;
    const place = { id, camera, contentType, offsetBytes, lengthBytes: bytes.byteLength };
    offsetBytes += bytes.byteLength;
    return place;
  });
  const index = new TextEncoder().encode(JSON.stringify({ frames: places }));
  const body = new Uint8Array(offsetBytes + index.byteLength + 4 + MARK.byteLength);
  frames.forEach((frame, position) => {
    body.set(frame.image.bytes, places[position]?.offsetBytes ?? 0);
  });
  body.set(index, offsetBytes);
  new DataView(body.buffer).setUint32(offsetBytes + index.byteLength, index.byteLength, true);
  body.set(MARK, offsetBytes + index.byteLength + 4);
  return { body, places };
}
