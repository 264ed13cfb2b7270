import { type Finding, finding } from "../../contracts/gates.ts";
import type { ActImage, GateLimits } from "./actInput.ts";
import { type ImageHeader, imageHeader } from "./imageHeader.ts";

const EXTREME_ASPECT = 4;

/** Judges an image by its size and header; its pixels are not decoded. */
export function gateImage(image: ActImage | null, limits: GateLimits, pointer = "/image"): Finding[] {
  if (image === null) return [finding("image.missing", pointer)];
  if (image.bytes === null) return [finding("image.not_base64", pointer)];
  const findings: Finding[] = [];
  if (image.bytes.length > limits.IMAGE_MAX_BYTES) {
    const detail = `The image has ${image.bytes.length} bytes; ${limits.IMAGE_MAX_BYTES} are allowed.`;
    findings.push(finding("image.too_many_bytes", pointer, detail));
  }
  const header = imageHeader(image.bytes);
  if ("failure" in header) return [...findings, finding(`image.${header.failure}`, pointer)];
  return [...findings, ...gateHeader(header, image.declaredType, limits, pointer)];
}

function gateHeader(
  header: ImageHeader,
  declaredType: string | null,
  limits: GateLimits,
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
