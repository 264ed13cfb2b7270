import { type Finding, finding } from "../../contracts/gates.ts";
import type { EncodedImage, Pixels } from "../../contracts/observations.ts";
import type { GateLimits } from "./actInput.ts";
import { type ImageHeader, imageHeader } from "./imageHeader.ts";
import { isWholeImage } from "./isWholeImage.ts";

const EXTREME_ASPECT = 4;

/** What the rules of images read of the settings. */
type ImageLimits = Pick<GateLimits, "IMAGE_MAX_BYTES" | "IMAGE_MIN_PIXELS" | "IMAGE_MAX_PIXELS">;

/** Judges an image of any route by its size, header and end; its pixels are not decoded. */
export function gateImage(image: EncodedImage | null, limits: ImageLimits, pointer = "/image"): Finding[] {
  if (image === null) return [finding("image.missing", pointer)];
  if (image.bytes === null) return [finding("image.not_base64", pointer)];
  const findings = gateSize(image.bytes.length, limits, pointer);
  const header = imageHeader(image.bytes);
  if ("failure" in header) return [...findings, finding(`image.${header.failure}`, pointer)];
  if (!isWholeImage(image.bytes, header.format)) findings.push(finding("image.truncated_file", pointer));
  return [...findings, ...gateHeader(header, image.declaredType, limits, pointer)];
}

/** Judges a picture that came as numbers, as the file that would hold them is judged. */
export function gatePixels(
  { rgb, widthPixels, heightPixels }: Pixels,
  limits: ImageLimits,
  pointer: string,
): Finding[] {
  const header: ImageHeader = { format: "png", widthPixels, heightPixels, animated: false };
  return [...gateSize(rgb.length, limits, pointer), ...gateHeader(header, null, limits, pointer)];
}

function gateSize(sizeBytes: number, { IMAGE_MAX_BYTES }: ImageLimits, pointer: string): Finding[] {
  if (sizeBytes <= IMAGE_MAX_BYTES) return [];
  const detail = `The image has ${sizeBytes} bytes; ${IMAGE_MAX_BYTES} are allowed.`;
  return [finding("image.too_many_bytes", pointer, detail)];
}

function gateHeader(
  header: ImageHeader,
  declaredType: string | null,
  limits: ImageLimits,
  pointer: string,
): Finding[] {
  const { widthPixels, heightPixels, format, animated } = header;
  const shorter = Math.min(widthPixels, heightPixels);
  const longer = Math.max(widthPixels, heightPixels);
  const size = `The image is ${widthPixels} × ${heightPixels} pixels`;
  const findings: Finding[] = [];
  if (animated) findings.push(finding("image.animated", pointer));
  if (shorter < limits.IMAGE_MIN_PIXELS) {
    findings.push(finding("image.too_small", pointer, `${size}; the least is ${limits.IMAGE_MIN_PIXELS}.`));
  }
  if (longer > limits.IMAGE_MAX_PIXELS) {
    findings.push(finding("image.too_large", pointer, `${size}; the most is ${limits.IMAGE_MAX_PIXELS}.`));
  }
  if (longer > EXTREME_ASPECT * shorter) findings.push(finding("image.extreme_aspect", pointer));
  if (declaredType !== null && declaredType.replace("image/jpg", "image/jpeg") !== `image/${format}`) {
    findings.push(finding("image.type_mismatch", pointer));
  }
  return findings;
}
