/** Faults a demonstration or a test plants on purpose, to show that they are survived or found. */
export interface Faults {
  /** True for an acknowledgement that is to be lost. */
  dropAck?: () => boolean;
  /** Changes a block on its way out. */
  alterBlock?: (bytes: Uint8Array, offset: number) => Uint8Array;
}

/** Loses the first acknowledgements, then one in a hundred: each costs the sender its time-out. */
export function dropAcks(): NonNullable<Faults['dropAck']> {
  let seen = 0;
  return () => {
    seen += 1;
    return seen <= 5 || seen % 100 === 0;
  };
}

/** Flips one bit in the first `times` blocks that go out. */
export function flipBundleByte(times: number): NonNullable<Faults['alterBlock']> {
  let left = times;
  return (bytes) => {
    if (left <= 0) return bytes;
    left -= 1;
    const altered = bytes.slice();
    const middle = altered.length >> 1;
    altered[middle] = (altered[middle] ?? 0) ^ 1;
    return altered;
  };
}
