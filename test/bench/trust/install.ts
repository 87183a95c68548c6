import { createHash } from 'node:crypto';
import {
  checkInstall,
  FLEET_PATH,
  lineKeys,
  lineRole,
  refresh,
  refreshDelegated,
  releaseOf,
  startTrust,
  verifyAssignment,
  verifySeal,
  type ImageTrust,
} from '@plumbline/shared/trust';
import { openFleet } from '../../../agent/src/trust/fleet.ts';
import { figureOf, type Figure, type LoneFigure } from '../measure/figure.ts';
import { measurePairs } from '../measure/pairs.ts';
import { bareSignaturesOf } from './bare-signatures.ts';
import { ADDRESS, installMaterial, LINE, PROFILE, type InstallMaterial } from './material.ts';
import { verifyBare } from './native-key.ts';

const INSTALLS = 10;
const PAIRS = 21;
/** DESIGN section 5.2: what one install may cost a metered link. */
const MAX_METADATA_BYTES = 16_384;

/** What an agent that believes nothing but the pinned root verifies before one install: both questions, and the seal. */
export async function* installFigures(): AsyncGenerator<Figure | LoneFigure> {
  const material = await installMaterial();
  const pinned = startTrust(material.root);
  const signatures = bareSignaturesOf(material);
  const documents = [...Object.values(material.metadata), material.fleet, material.assignment];
  const hashed = [...documents, ...Object.values(material.sealed)];
  const pairs = await measurePairs(PAIRS, {
    ours: () => perInstall(() => verifyInstall(pinned, material)),
    bare: () =>
      perInstall(async () => {
        signatures.forEach(verifyBare);
        hashed.forEach(sha256);
      }),
  });
  const against = `node:crypto, ${signatures.length} signatures and SHA-256`;
  yield figureOf({ name: 'one install verified', unit: 'ms', against, by: 'ratio' }, pairs);
  yield {
    name: 'metadata of one install',
    unit: 'bytes',
    ours: documents.reduce((sum, { length }) => sum + length, 0),
    reason: `the limit is ${MAX_METADATA_BYTES.toLocaleString('en')}; timestamp, snapshot, targets, line, fleet, assignment`,
  };
}

/** @throws TrustError when anything is refused */
async function verifyInstall(pinned: ImageTrust, material: InstallMaterial): Promise<void> {
  const { now, source, fleet, assignment, sealed, seal } = material;
  const top = await refresh(pinned, source, now, keepNothing);
  const role = { role: lineRole(LINE), delegator: 'targets' };
  const trust = await refreshDelegated(top, source, now, role, keepNothing);
  const targets = trust.targets?.signed;
  const named = targets?.targets[FLEET_PATH];
  if (targets === undefined || named === undefined) throw new RangeError('targets do not name the fleet');
  const { signed } = openFleet(fleet, named);
  const context = { ...ADDRESS, now, signedTime: now };
  const { models } = verifyAssignment(assignment, signed, {}, context).assignment;
  for (const model of models) checkInstall(model, releaseOf(trust, LINE), 0, 0, PROFILE);
  // As the agent does, which takes its digests from the platform.
  const digests = Object.fromEntries(Object.entries(sealed).map(([name, bytes]) => [name, sha256(bytes)]));
  verifySeal(seal, digests, lineKeys(targets, LINE, 'builders'));
}

/** What is kept, and that it is durable, is the disk's cost. */
function keepNothing(): void {}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** ms an install. */
async function perInstall(install: () => Promise<void>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < INSTALLS; i += 1) await install();
  return (performance.now() - start) / INSTALLS;
}
