import type { ReadDb } from '../../../platform/db/index.ts';
import { gatherFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { findCauses } from './findings.ts';

export interface Explanation {
  device: string;
  online: boolean;
  /** ms; undefined for never. */
  contactAt: number | undefined;
  /** The most likely cause first. */
  findings: Finding[];
}

/**
 * Why a device is silent, or does not do what it was told, from what the server knows.
 * @throws DeviceError `device_unknown`
 */
export async function explainDevice(db: ReadDb, device: string, now: number): Promise<Explanation> {
  const facts = await gatherFacts(db, device, now);
  const { online = false, contactAt } = facts.enrolled ?? {};
  return { device, online, contactAt, findings: findCauses(facts) };
}
