import { execFileSync } from 'node:child_process';
import { findChromium } from '../services/chromium.ts';
import type { Found } from '../services/child.ts';
import { addAuthority, findCertutil } from '../services/trust-store.ts';
import { engineOf, newProfile, type Engine, type EngineOptions } from './engine.ts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium as the others are started, without the protocol by which other tests drive it. */
export async function startPlainChromium({ caPem }: EngineOptions = {}): Promise<Found<Engine>> {
  const found = findChromium();
  if (found.service === null) return found;
  const command = found.service;
  const profile = await newProfile('chromium');
  if (caPem !== undefined) {
    const certutil = findCertutil();
    if (certutil.service === null) return certutil;
    const store = join(profile, '.pki/nssdb');
    await mkdir(store, { recursive: true });
    await addAuthority(certutil.service, store, caPem);
  }
  const env = { HOME: profile };
  const version = execFileSync(command, ['--version'], { encoding: 'utf8', env: { ...process.env, ...env } }).trim();
  const launch = (url: string) => ({ command, args: [...FLAGS, `--user-data-dir=${profile}/data`, url], env });
  return { service: engineOf({ name: 'chromium', version }, profile, launch) };
}
