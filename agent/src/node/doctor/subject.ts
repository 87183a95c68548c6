import type { LinkTrust } from '../../ports/index.ts';
import type { ClientIdentity } from '../link/handshake.ts';
import type { ProxySettings } from '../link/proxy.ts';
import type { Step } from './step.ts';

/** The device as the doctor finds it. */
export interface Subject {
  site: string;
  device: string;
  /** Addresses of the server, the preferred first. */
  endpoints: readonly string[];
  trust: LinkTrust;
  /** The device key; undefined where a running agent holds it and the doctor has no business with it. */
  key?: ClientIdentity['key'];
  /** Whether the server lets this device in; says how it knows. @throws LinkError, AgentError: why not */
  session(): Promise<string>;
  lines: readonly {
    line: string;
    state: string;
    active?: string | undefined;
    reason?: string | undefined;
    slots?: { A?: { sha256: string } | undefined; B?: { sha256: string } | undefined } | undefined;
  }[];
}

/** The way out, and the time as this machine has it. */
export interface Surroundings {
  proxy: ProxySettings | undefined;
  development: boolean;
  now: () => number;
  timeoutMs: number;
  /** What is to be said of the machine itself; left out where only the way to the server is in question. */
  machine?: (lines: Subject['lines']) => Promise<Step[]>;
}
