import { totalmem, freemem } from 'node:os';
import type { Profile } from '@plumbline/firmware-profiles';
import { deviceFacts } from '../platform/device-facts.ts';
import { failed, ok, type Step } from './step.ts';

/** Firmware and graphics keep a part of the memory a board is sold with. */
const REPORTED_SHARE = 0.85;
const MB = 2 ** 20;
/** Below this a trial process beside the running model is killed by the system rather than by us. */
const LEAST_FREE_MB = 128;

/** What a machine has, beside what its profile promises of the class. */
export interface MachineFacts {
  arch: string;
  os: string;
  libc?: string;
  memoryMb: number;
  freeMb: number;
}

/** Whether this machine is of the class its profile speaks of, and has memory left. */
export function checkMachine(profile: Profile, facts: MachineFacts = thisMachine()): Step[] {
  return [fitOf(profile, facts), memoryOf(profile, facts)];
}

function fitOf({ id, name, arch, os, libc }: Profile, facts: MachineFacts): Step {
  const is = `${facts.os} on ${facts.arch}${facts.libc === undefined ? '' : ` with ${facts.libc}`}`;
  const isOfClass = arch === facts.arch && os === facts.os && (libc === undefined || libc === (facts.libc ?? libc));
  if (!isOfClass) {
    const wants = `${os} on ${arch}${libc === undefined ? '' : ` with ${libc}`}`;
    return failed('profile', 'profile_mismatch', `${id} is for ${wants}, and this machine is ${is}`);
  }
  return ok('profile', `${id}: ${name}`);
}

function memoryOf({ id, memoryMb }: Profile, facts: MachineFacts): Step {
  const [has, free] = [Math.round(facts.memoryMb), Math.round(facts.freeMb)];
  if (facts.memoryMb < memoryMb * REPORTED_SHARE) {
    return failed('memory', 'memory_too_small', `${id} promises ${memoryMb} MB, and this machine has ${has} MB`);
  }
  if (facts.freeMb < LEAST_FREE_MB) {
    return failed('memory', 'memory_low', `${free} of ${has} MB are free`, 'unavailable');
  }
  return ok('memory', `${free} of ${has} MB are free`);
}

function thisMachine(): MachineFacts {
  return { ...deviceFacts(), memoryMb: totalmem() / MB, freeMb: (process.availableMemory?.() ?? freemem()) / MB };
}
