declare module "lz4js" {
  /** Unpacks an LZ4 frame into at most `maxSize` bytes. */
  export function decompress(frame: Uint8Array, maxSize?: number): Uint8Array;
  /** Bytes that a frame says, or that its blocks may, unpack to. */
  export function decompressBound(frame: Uint8Array): number;
  export function compress(bytes: Uint8Array): Uint8Array;
}
