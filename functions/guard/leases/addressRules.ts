/** An address as its 128 bits; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). Null when the text is no address. */
export function parseAddress(text: string): bigint | null {
  const mapped = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (mapped !== null) {
    const [, head = "", tail = ""] = mapped;
    const low = parseIpv4(tail);
    return low === null
      ? null
      : parseIpv6(`${head}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  if (text.includes(":")) return parseIpv6(text);
  const ipv4 = parseIpv4(text);
  return ipv4 === null ? null : (0xffffn << 32n) | ipv4;
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  let value = 0n;
  for (const part of [...head, ...Array.from({ length: missing }, () => "0"), ...tail]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
    value = (value << 16n) | BigInt(`0x${part}`);
  }
  return value;
}

interface AddressRange {
  readonly network: bigint;
  readonly hostBits: bigint;
}

/** Reads `10.0.0.0/8`, `2001:db8::/32` or a single address. Null when it is none of them. */
export function parseCidr(text: string): AddressRange | null {
  const [addressText = "", prefixText, ...rest] = text.split("/");
  const address = parseAddress(addressText);
  const width = addressText.includes(":") ? 128 : 32;
  if (address === null || rest.length > 0) return null;
  if (prefixText !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return null;
  const prefix = prefixText === undefined ? width : Number(prefixText);
  if (prefix > width) return null;
  const hostBits = BigInt(width - prefix);
  return { network: address >> hostBits, hostBits };
}

/**
 * Makes the check of a key's address list; an empty list allows every address. A rule that cannot be read
 * allows nothing, and neither does an unknown address.
 */
export function createAddressCheck(cidrs: readonly string[]): (address: string | null) => boolean {
  if (cidrs.length === 0) return () => true;
  const ranges = cidrs.map(parseCidr).filter((range) => range !== null);
  let lastAllowed: string | null = null;
  return (address) => {
    if (address === null) return false;
    if (address === lastAllowed) return true;
    const bits = parseAddress(address);
    const allowed = bits !== null && ranges.some(({ network, hostBits }) => bits >> hostBits === network);
    if (allowed) lastAllowed = address;
    return allowed;
  };
}
