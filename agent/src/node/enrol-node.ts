import { parseEnrolmentCode } from '@plumbline/shared/trust';
import { enrol, type Identity } from '../index.ts';
import { checkSecureUrl } from './link/secure-url.ts';
import { openNodePorts, profileOf } from './node-ports.ts';
import { AGENT_VERSION } from './version.ts';

/**
 * Enrols this gateway: makes its key in the state folder and trades the code for a name.
 * @throws AgentError, TrustError, ProfileError; NodeAgentError `insecure_url`, `state_unwritable`
 */
export async function enrolNode(options: {
  code: string;
  stateFolder: string;
  profile: string | undefined;
}): Promise<Identity & { profile: string }> {
  const { code, stateFolder } = options;
  checkSecureUrl(parseEnrolmentCode(code).url, ['http:', 'https:']);
  await using opened = await openNodePorts({ stateFolder, clock: { kind: 'real' }, inject: [] });
  const { ports, folder } = opened;
  const { id } = profileOf(folder, options.profile);
  const identity = await enrol(ports, { code, profile: id, agentVersion: AGENT_VERSION });
  folder.setProfile(id);
  return { ...identity, profile: id };
}
