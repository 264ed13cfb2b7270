import sharp from "sharp";
import type { Size } from "../box.ts";
import { CHANNELS, type Picture } from "../openPicture.ts";

/** How a picture is laid before a network: at that scale, in the upper left corner of a black canvas. */
export interface ViewSpec extends Size {
  /** Pixels of the view per pixel of the picture. */
  readonly scale: number;
}

/** A picture laid so: RGB bytes, row by row. */
export interface View extends ViewSpec {
  readonly pixels: Uint8Array<ArrayBuffer>;
}

const scaled = (lengthPx: number, scale: number): number => Math.max(1, Math.round(lengthPx * scale));

/** The canvas that holds a picture at that scale, its sides whole multiples of `cellPx`. */
export const specAt = ({ widthPx, heightPx }: Size, scale: number, cellPx: number): ViewSpec => {
  const inCells = (lengthPx: number): number => Math.ceil(scaled(lengthPx, scale) / cellPx) * cellPx;
  return { scale, widthPx: inCells(widthPx), heightPx: inCells(heightPx) };
};

/** Lays a picture. Resized off this thread. */
export const layView = async ({ pixels, widthPx, heightPx }: Picture, spec: ViewSpec): Promise<View> => {
  const [width, height] = [scaled(widthPx, spec.scale), scaled(heightPx, spec.scale)];
  const laid = await sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: CHANNELS } })
    .resize(width, height, { fit: "fill", kernel: "linear" })
    .extend({ right: spec.widthPx - width, bottom: spec.heightPx - height, background: "#000000" })
    .raw()
    .toBuffer();
  return { ...spec, pixels: new Uint8Array(laid) };
};
