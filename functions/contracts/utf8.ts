const encoder = new TextEncoder();

/** UTF-8 bytes in a buffer of their own, as Web Crypto and SQLite want them on every platform's types. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(encoder.encode(text));
