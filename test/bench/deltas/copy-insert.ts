/**
 * A delta as bsdiff makes it (Percival 2003): copies out of the old file, each with the bytes by which it differs, and
 * bytes to insert. Matches come from a hash of eight bytes instead of a suffix array.
 */
export interface CopyInsert {
  /** Three numbers a step: bytes to copy, bytes to insert, and how far to move in the old file after the copy. */
  steps: number[];
  /** New minus old, modulo 256, over all copies. */
  differences: Uint8Array;
  inserted: Uint8Array;
}

const ANCHOR_BYTES = 8;
/** Places of the old file tried for one anchor; more of them change the size by less than one part in a hundred. */
const TRIED = 48;
/** A new place must match so many bytes more than going on at the old one. */
const WORTH_A_JUMP = 8;

export function diff(before: Uint8Array, after: Uint8Array): CopyInsert {
  const find = indexOf(before, after);
  const steps: number[] = [];
  const differences: number[] = [];
  const inserted: number[] = [];
  let match = { at: 0, length: 0 };
  let done = { scan: 0, at: 0 };
  let scan = 0;
  while (scan < after.length) {
    const offset = done.at - done.scan;
    const goesOn = (place: number): boolean => before[place + offset] === after[place];
    let kept = 0;
    scan += match.length;
    for (let seen = scan; scan < after.length; scan += 1) {
      match = find(scan);
      for (; seen < scan + match.length; seen += 1) if (goesOn(seen)) kept += 1;
      if ((match.length === kept && kept > 0) || match.length > kept + WORTH_A_JUMP) break;
      if (goesOn(scan)) kept -= 1;
    }
    if (match.length === kept && scan < after.length) continue;
    const forward = bestRun(Math.min(scan - done.scan, before.length - done.at), (i) => goesOn(done.scan + i));
    const most = Math.min(scan - done.scan, match.at);
    let back = scan < after.length ? bestRun(most, (i) => before[match.at - 1 - i] === after[scan - 1 - i]) : 0;
    // Where both reach for the same bytes, the earlier copy keeps them: one of the two is as good.
    if (forward + back > scan - done.scan) back = scan - done.scan - forward;
    const next = { scan: scan - back, at: match.at - back };
    for (let i = 0; i < forward; i += 1) differences.push((after[done.scan + i]! - before[done.at + i]!) & 255);
    for (let place = done.scan + forward; place < next.scan; place += 1) inserted.push(after[place]!);
    steps.push(forward, next.scan - done.scan - forward, next.at - done.at - forward);
    done = next;
  }
  return { steps, differences: Uint8Array.from(differences), inserted: Uint8Array.from(inserted) };
}

export function patch(before: Uint8Array, { steps, differences, inserted }: CopyInsert): Uint8Array {
  const after = new Uint8Array(differences.length + inserted.length);
  let [written, at, copied, taken] = [0, 0, 0, 0];
  for (let step = 0; step < steps.length; step += 3) {
    const [copy, insert, move] = steps.slice(step, step + 3) as [number, number, number];
    for (let i = 0; i < copy; i += 1) after[written + i] = (before[at + i]! + differences[copied + i]!) & 255;
    after.set(inserted.subarray(taken, taken + insert), written + copy);
    [written, at, copied, taken] = [written + copy + insert, at + copy + move, copied + copy, taken + insert];
  }
  return after;
}

/** The length at which twice the matching bytes exceed the length by most. */
function bestRun(most: number, matches: (index: number) => boolean): number {
  let [score, best, length] = [0, 0, 0];
  for (let index = 0; index < most; index += 1) {
    score += matches(index) ? 1 : -1;
    if (score > best) [best, length] = [score, index + 1];
  }
  return length;
}

/** Answers the longest match in the old file for the bytes of the new one from a place on; length 0 for none. */
function indexOf(before: Uint8Array, after: Uint8Array): (place: number) => { at: number; length: number } {
  const latest = new Map<number, number>();
  const earlier = new Int32Array(before.length).fill(-1);
  for (let place = 0; place + ANCHOR_BYTES <= before.length; place += 1) {
    const key = anchorOf(before, place);
    earlier[place] = latest.get(key) ?? -1;
    latest.set(key, place);
  }
  return (place) => {
    let best = { at: 0, length: 0 };
    if (place + ANCHOR_BYTES > after.length) return best;
    let candidate = latest.get(anchorOf(after, place)) ?? -1;
    for (let tried = 0; candidate >= 0 && tried < TRIED; tried += 1) {
      let length = 0;
      while (place + length < after.length && before[candidate + length] === after[place + length]) length += 1;
      if (length > best.length) best = { at: candidate, length };
      candidate = earlier[candidate]!;
    }
    return best;
  };
}

/** Eight bytes as one number; equal bytes give equal numbers, and a rare collision costs a comparison. */
function anchorOf(bytes: Uint8Array, place: number): number {
  let [low, high] = [0, 0];
  for (let i = 0; i < 4; i += 1) {
    low = (low << 8) | bytes[place + i]!;
    high = (high << 8) | bytes[place + 4 + i]!;
  }
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77)) >>> 0;
}
