import type { ObservationShape } from "../../contracts/policyServers.ts";
import type { PixelView } from "./policyPorts.ts";

/** A picture as an array of bytes: rows, columns, channels, or the channels one after another first. */
export function layPixels(
  { rgb, heightPixels, widthPixels }: PixelView,
  layout: ObservationShape["imageLayout"],
): { readonly data: Uint8Array; readonly shape: readonly number[] } {
  if (layout === "hwc") return { data: rgb, shape: [heightPixels, widthPixels, 3] };
  const places = heightPixels * widthPixels;
  const data = new Uint8Array(rgb.length);
  for (let place = 0; place < places; place += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[channel * places + place] = rgb[place * 3 + channel] ?? 0;
    }
  }
  return { data, shape: [3, heightPixels, widthPixels] };
}
