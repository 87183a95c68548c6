/** As much of DER (X.690) as a certificate needs. */
export const sequence = (...parts: Buffer[]) => element(0x30, Buffer.concat(parts));
export const set = (...parts: Buffer[]) => element(0x31, Buffer.concat(parts));
/** Of a positive number whose first bit is clear. */
export const integer = (value: Buffer) => element(0x02, value);
export const octets = (value: Buffer) => element(0x04, value);
export const bits = (value: Buffer) => element(0x03, Buffer.concat([Buffer.from([0]), value]));
export const flag = (value: boolean) => element(0x01, Buffer.from([value ? 0xff : 0]));
export const text = (value: string) => element(0x0c, Buffer.from(value));
/** Context-specific, constructed. */
export const implicit = (tag: number, value: Buffer) => element(0xa0 | tag, value);

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTCTime until 2049, GeneralizedTime after it (RFC 5280 §4.1.2.5). @param at ms */
export function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

function base128(value: number): number[] {
  const groups = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) groups.unshift((rest & 0x7f) | 0x80);
  return groups;
}

function element(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), value]);
}
