import { type CameraImage, isPicture, roomBytesOf } from "../../contracts/observations.ts";

/** As much of a camera's image as is looked at here. */
type Image = Pick<CameraImage, "bytes"> & Partial<Pick<CameraImage, "pixels">>;

/**
 * The cameras whose pictures one record may keep: in their order, the primary first, each that still finds room
 * in `maxBytes`. A picture that was none takes no room and is none to keep.
 */
export function keepableCameras<Seen extends Image>(images: readonly Seen[], maxBytes: number) {
  let roomBytes = maxBytes;
  return images.filter(isPicture).filter((image) => {
    const sizeBytes = roomBytesOf(image);
    if (sizeBytes > roomBytes) return false;
    roomBytes -= sizeBytes;
    return true;
  });
}
