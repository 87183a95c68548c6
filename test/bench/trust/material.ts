import { DERIVATIONS } from '@plumbline/shared/activity';
import { unpackArchive, type BundleFiles } from '@plumbline/shared/manifest';
import {
  addMetadataSignatures,
  lineRole,
  signAssignment,
  type AssignedModel,
  type MetadataSource,
} from '@plumbline/shared/trust';
import { createSmallFleet } from '../../../fleet-server/src/entry/testing/small-fleet.ts';
import { createModelLab, openArtifactFiles } from '../../../fleet-server/src/platform/adapters/index.ts';
import {
  approveModel,
  chooseModel,
  findPending,
  getModel,
  lineInForce,
  submitForApproval,
} from '../../../fleet-server/src/supply/models/index.ts';
import { fleetInForce, metadataInForce } from '../../../fleet-server/src/supply/repository/index.ts';

export const LINE = 'delay';
export const PROFILE = 'linux-x64-dev';
export const ADDRESS = { site: 'site-1', device: 'gateway-1' };

/** Everything that reaches a device for one install, as exact bytes out of a server that has released one model. */
export interface InstallMaterial {
  now: number;
  root: Uint8Array;
  metadata: Record<'timestamp' | 'snapshot' | 'targets' | 'line', Uint8Array>;
  fleet: Uint8Array;
  assignment: Uint8Array;
  /** The metadata, from memory. */
  source: MetadataSource;
  /** The sealed files of the bundle, and the seal. */
  sealed: BundleFiles;
  seal: Uint8Array;
}

export async function installMaterial(): Promise<InstallMaterial> {
  await using world = new AsyncDisposableStack();
  const lab = createModelLab();
  world.defer(() => lab.close());
  const small = world.use(await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: Date.now() }));
  const { fleet, approver } = small;
  const { db } = fleet.database;
  const { document, version } = await submitForApproval(fleet, 'bench', await small.model(LINE));
  const draft = await findPending(db, LINE, document);
  if (draft === undefined) throw new RangeError('the model was not drafted');
  const signature = { bytes: await addMetadataSignatures(draft.bytes, [approver], lineRole(LINE)) };
  await approveModel(fleet, 'bench', { line: LINE, document, signature });

  const now = fleet.now();
  const line = await lineInForce(db, LINE);
  if (line === undefined) throw new RangeError('the model was not released');
  const device = { profile: PROFILE, agent: '0.1.0', derivations: Object.keys(DERIVATIONS) };
  const model = chooseModel(await getModel(db, LINE, version), line.signed, device);
  const bytesOf = async (role: 'root' | 'timestamp' | 'snapshot' | 'targets') =>
    (await metadataInForce(db, role)).bytes;
  const metadata = {
    timestamp: await bytesOf('timestamp'),
    snapshot: await bytesOf('snapshot'),
    targets: await bytesOf('targets'),
    line: line.bytes,
  };
  const { 'model.sig': seal, ...sealed } = unpackArchive(await fleet.artifacts.get(model.sha256));
  if (seal === undefined) throw new RangeError('the bundle has no seal');
  return {
    now,
    root: await bytesOf('root'),
    metadata,
    fleet: (await fleetInForce(db)).bytes,
    assignment: await signAssignment(assignmentOf(model, now), [fleet.desk.director]),
    source: { fetch: async ({ role }) => (role === lineRole(LINE) ? metadata.line : metadata[role as 'timestamp']) },
    sealed,
    seal,
  };
}

function assignmentOf(model: AssignedModel, now: number) {
  return {
    type: 'assignment' as const,
    v: 1 as const,
    ...ADDRESS,
    seq: 1,
    issued: now,
    expires: now + 365 * 24 * 3_600_000,
    nonce: '0123456789abcdef',
    models: [model],
    settings: {},
    floors: {},
    timeFloor: now,
  };
}
