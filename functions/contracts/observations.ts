/** Rows from the top, each from the left, three bytes (red, green, blue) a pixel. */
export interface Pixels {
  readonly widthPixels: number;
  readonly heightPixels: number;
  readonly rgb: Uint8Array<ArrayBuffer>;
}

/** An image as it came: `bytes` is null where the text was not base64. */
export interface EncodedImage {
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  /** Media type that a data URL or a part declared, lower case; null where none did. */
  readonly declaredType: string | null;
}

/** What one camera saw. */
export interface CameraImage extends EncodedImage {
  readonly camera: string;
  /** Where it stood in the request, as a JSON pointer. */
  readonly pointer: string;
  /** The picture where it came as numbers; `bytes` is then made of them when it is asked for. Null where it came encoded. */
  readonly pixels: Pixels | null;
}

/** A camera's picture that is one, as far as anybody has looked. */
export type Picture = CameraImage & { readonly bytes: Uint8Array<ArrayBuffer> };

/** As much of a camera's image as tells whether it is a picture, and how large. */
type Measured = Pick<CameraImage, "bytes"> & Partial<Pick<CameraImage, "pixels">>;

/** Whether an image is a picture, without making its bytes. */
export const isPicture = <Image extends Measured>(
  image: Image,
): image is Image & { readonly bytes: Uint8Array<ArrayBuffer> } =>
  (image.pixels ?? null) !== null || image.bytes !== null;

/** The room that a picture takes, without making its bytes; as the PNG that is kept, numbers take 0.2 % more. */
export const roomBytesOf = (image: Measured): number => image.pixels?.rgb.length ?? image.bytes?.length ?? 0;

/** The camera through which policies of a single view look. */
export const PRIMARY_CAMERA = "primary";

/** What a policy is shown: everything in it has passed the gates. */
export interface PolicyObservation {
  /** The primary camera first. */
  readonly images: readonly Picture[];
  readonly instruction: string;
  readonly robotType: string;
  readonly state: readonly number[] | null;
  readonly episodeId: string | null;
  readonly step: number | null;
  /** Steps of the previous chunk that the robot will have done before this answer arrives; null: not said. */
  readonly inferenceDelaySteps: number | null;
  /** What is left of the previous chunk, from the step at hand on: rows of numbers. */
  readonly previousChunk: readonly (readonly number[])[] | null;
}

/** What a policy answered. */
export interface PolicyAnswer {
  readonly modelVersion: string;
  /** H rows of D numbers, as the model gave them: not yet gated. */
  readonly actions: number[][];
  /** Who answered: `runner`, or the protocol and host of a policy server. */
  readonly origin: string;
  readonly queueMs: number | null;
  readonly computeMs: number | null;
}
