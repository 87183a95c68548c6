import { fingerprintOf, keyId, parseEnrolmentCode } from '@plumbline/shared/trust';
import { enrol, finishWipe, type EnrolOptions, type Identity } from '../index.ts';
import type { ProxySettings } from './link/proxy.ts';
import { createSecureFetch } from './link/secure-fetch.ts';
import { checkSecureUrl } from './link/secure-url.ts';
import { openNodePorts, profileOf } from './node-ports.ts';
import { AGENT_VERSION } from './version.ts';

export interface EnrolNodeOptions extends Pick<EnrolOptions, 'code' | 'onPending' | 'waitMs'> {
  stateFolder: string;
  profile: string | undefined;
  proxy?: ProxySettings | undefined;
  /** Allows `http://` on loopback. */
  development?: boolean;
}

/** Who the gateway is now, and the fingerprint of its key as the office sees it. */
export type EnrolledNode = Identity & { profile: string; fingerprint: string };

/**
 * Enrols this gateway: makes its key in the state folder and trades the code for a name. The server is judged by the
 * authority that the code pins, at a time that is not before the code was made.
 * @throws AgentError, TrustError, ProfileError, LinkError; NodeAgentError `insecure_url`, `state_unwritable`
 */
export async function enrolNode(options: EnrolNodeOptions): Promise<EnrolledNode> {
  const { code, stateFolder, proxy, development = false, ...waiting } = options;
  const { url, caSha256, issuedAt } = parseEnrolmentCode(code);
  checkSecureUrl(url, ['http:', 'https:'], development);
  await using opened = await openNodePorts({ stateFolder, clock: { kind: 'real' }, inject: [] });
  const { ports, folder } = opened;
  await finishWipe(ports, async () => folder.eraseKey());
  const { id } = profileOf(folder, options.profile);
  const time = () => ({ clock: ports.clock.now(), floor: issuedAt });
  const { fetch } = createSecureFetch({ pin: { caSha256 }, time, proxy, development });
  const identity = await enrol(ports, { ...waiting, code, profile: id, agentVersion: AGENT_VERSION, fetch });
  folder.setProfile(id);
  return { ...identity, profile: id, fingerprint: fingerprintOf(keyId(await ports.crypto.devicePublicKey())) };
}
