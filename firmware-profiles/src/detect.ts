import { profileIds, resolveProfile, unsupportedBy } from './resolve.ts';
import type { Profile } from './schema.ts';

/** What a device knows about itself: `os` and `arch` in the words of the profiles. */
export interface DeviceFacts {
  arch: string;
  os: string;
  /** Absent where the runtime does not tell, as in most browsers. */
  memoryMb?: number;
  /** C library of the system; absent: glibc, where it matters at all. */
  libc?: string;
  /** As the device tree or DMI gives it: `Raspberry Pi 5 Model B Rev 1.0`. */
  model?: string;
}

export interface Detected {
  /** undefined: no class fits, and `reason` says what is missing. */
  profile: string | undefined;
  reason: string;
}

/** Firmware and graphics keep a part of the memory, so that a device reports less than it was sold with. */
const REPORTED_SHARE = 0.85;

/** The class a device most likely belongs to: the one that knows its model name, else the generic one. */
export function detect(facts: DeviceFacts): Detected {
  const candidates = profileIds.map(resolveProfile).filter((one) => isOfKind(one, facts));
  const named = byModel(candidates, facts.model);
  if (named && hasMemory(named, facts)) {
    return { profile: named.id, reason: `the device calls itself "${facts.model}", which is a ${named.name}` };
  }
  const generic = candidates
    .filter((candidate) => candidate.models.length === 0 && hasMemory(candidate, facts))
    .toSorted((a, b) => b.memoryMb - a.memoryMb)[0];
  const why = named
    ? `a ${named.name} needs ${named.memoryMb} MB of memory and this device has ${facts.memoryMb} MB`
    : `no profile knows the model ${facts.model === undefined ? '(none given)' : `"${facts.model}"`}`;
  if (generic) return { profile: generic.id, reason: `${why}, so the general class ${generic.name} is taken` };
  const refused = unsupportedBy(facts);
  if (refused) return { profile: undefined, reason: `${refused.name} is not supported: ${refused.because}` };
  return { profile: undefined, reason: `${why}, and no general class fits ${describe(facts)}` };
}

function isOfKind({ arch, os, libc }: Profile, facts: DeviceFacts): boolean {
  return arch === facts.arch && os === facts.os && (libc === undefined || libc === (facts.libc ?? 'glibc'));
}

/** The longest match wins, so that a board does not pass for the shorter name of its family. */
function byModel(candidates: readonly Profile[], model = ''): Profile | undefined {
  const text = model.toLowerCase();
  return candidates
    .flatMap((candidate) => candidate.models.map((part) => ({ candidate, part })))
    .filter(({ part }) => text.includes(part))
    .toSorted((a, b) => b.part.length - a.part.length)[0]?.candidate;
}

function hasMemory(candidate: Profile, facts: DeviceFacts): boolean {
  return facts.memoryMb === undefined || facts.memoryMb >= candidate.memoryMb * REPORTED_SHARE;
}

function describe({ os, arch, memoryMb }: DeviceFacts): string {
  return `${os} on ${arch} with ${memoryMb ?? 'an unknown number of'} MB of memory`;
}
