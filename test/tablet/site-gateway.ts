import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, startProgram, type TestFleet } from '../harness/index.ts';
import type { TestCa, WayOut } from '../harness/network/index.ts';
import { PROFILE } from '../harness/device.ts';

/** A gateway as an installer sets it up: its program, on the site network, with a certificate and a token of its own. */
export interface SiteGateway extends AsyncDisposable {
  device: string;
  /** GET or POST at its local API. @throws Error with what it answered */
  ask<T>(path: string, body?: unknown): Promise<T>;
}

interface GatewayOptions {
  fleet: TestFleet;
  out: WayOut;
  /** By whom its certificate is, and for which name. */
  ca: TestCa;
  name: string;
  port: number;
  /** Origins of the tablets. */
  origins: readonly string[];
}

export async function startSiteGateway(options: GatewayOptions): Promise<SiteGateway> {
  const { fleet, out, ca, name, port, origins } = options;
  const device = 'gateway-1';
  const state = join(fleet.folder, device);
  const proxy = ['--state', state, '--proxy', out.url];
  const enrolled = await runProgram('plumbline-agent', [
    'enrol',
    await fleet.code(device),
    '--profile',
    PROFILE,
    ...proxy,
  ]);
  if (enrolled.exitCode !== 0) throw new Error(enrolled.err);

  const { certificate, key } = ca.issue({ names: [name] });
  const file = async (of: string, text: string) => {
    const path = join(fleet.folder, of);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const lan = {
    '--listen': `0.0.0.0:${port}`,
    '--tls-cert': await file('gateway.pem', certificate),
    '--tls-key': await file('gateway.key', key),
    '--token-file': await file('gateway.tokens', `read dashboard ${randomBytes(24).toString('base64url')}\n`),
  };
  const { ready, end } = await startProgram('plumbline-agent', [
    'run',
    '--json',
    '--port',
    '0',
    '--first-delay-ms',
    '200',
    ...proxy,
    ...Object.entries(lan).flat(),
    '--allow-origin',
    ...origins,
  ]);
  const { listening } = ready as { listening: string };
  return {
    device,
    async ask<T>(path: string, body?: unknown) {
      const how = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(`${listening}${path}`, body === undefined ? {} : how);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${text}`);
      return JSON.parse(text) as T;
    },
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}
