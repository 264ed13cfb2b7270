/**
 * The cameras whose pictures one record may keep: in their order, the primary first, each that still finds room
 * in `maxBytes`. A picture that was none takes no room and is none to keep.
 */
export function keepableCameras<Image extends { readonly bytes: Uint8Array | null }>(
  images: readonly Image[],
  maxBytes: number,
): Image[] {
  let roomBytes = maxBytes;
  return images.filter(({ bytes }) => {
    if (bytes === null || bytes.length > roomBytes) return false;
    roomBytes -= bytes.length;
    return true;
  });
}
