import {
  createSigner,
  linePath,
  signMetadata,
  tufKeyOf,
  type LineMetadata,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { readDraft } from './read-draft.ts';

const builder = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(1) });
const stranger = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(2) });
const EXPIRES = '2030-01-01T00:00:00Z';
const NOW = Date.UTC(2029, 0);

const targets = {
  delegations: {
    keys: { [builder.keyId]: tufKeyOf(builder.publicKey) },
    roles: [
      {
        name: 'line-delay',
        keyids: [builder.keyId],
        threshold: 2,
        'x-plumbline': { builders: [builder.keyId], approvers: [] },
      },
    ],
  },
} as unknown as TargetsMetadata;

/** One bundle of a version under a counter; the same version has the same bytes. */
function bundle(version: string, counter: number): LineMetadata['targets'] {
  const sha256 = version.replaceAll('.', '').padEnd(64, '0');
  const custom = { counter, version, variant: 'plain', profiles: [] };
  return { [linePath('delay', counter, 'plain')]: { length: 7, hashes: { sha256 }, custom } };
}

const body = (version: number, listed: LineMetadata['targets']) => ({
  _type: 'targets',
  spec_version: '1.0.31',
  version,
  expires: EXPIRES,
  targets: listed,
});
const inForce: LineMetadata = {
  version: 4,
  expires: EXPIRES,
  targets: { ...bundle('1.0.0', 1), ...bundle('0.9.0', 2) },
};
const against = { targets, inForce, known: 4, now: NOW };
const read = async (
  version: number,
  listed: LineMetadata['targets'],
  change: Partial<typeof against> = {},
  by = builder,
) => readDraft(await signMetadata(body(version, listed), [by]), 'delay', { ...against, ...change });
const pathsOf = (bundles: readonly { path: string }[]) => bundles.map(({ path }) => path);

describe('a draft', () => {
  it('that adds a version is a release, with a way back and with what leaves the list', async () => {
    const reading = await read(5, { ...bundle('1.0.0', 1), ...bundle('1.1.0', 3), ...bundle('1.0.0', 4) });
    expect(reading).toMatchObject({ kind: 'release', version: '1.1.0', document: 5, expires: EXPIRES });
    expect(pathsOf(reading.released)).toEqual(['models/delay/3/plain.plb']);
    expect(reading.ticket).toMatchObject([{ path: 'models/delay/4/plain.plb', version: '1.0.0', counter: 4 }]);
    expect(pathsOf(reading.kept)).toEqual(['models/delay/1/plain.plb']);
    expect(pathsOf(reading.dropped)).toEqual(['models/delay/2/plain.plb']);
  });

  it('that lists what is in force and nothing else is a renewal', async () => {
    const reading = await read(5, inForce.targets);
    expect(reading).toMatchObject({ kind: 'renewal', released: [], ticket: [], dropped: [] });
    expect(reading.kept).toHaveLength(2);
  });

  it('that says it renews and changes one hash is a release of it', async () => {
    const [[path, target] = []] = Object.entries(bundle('1.0.0', 1));
    const changed = { ...target!, hashes: { sha256: 'f'.repeat(64) } };
    const reading = await read(5, { ...inForce.targets, [path!]: changed });
    expect(reading).toMatchObject({ kind: 'release', released: [{ sha256: 'f'.repeat(64) }] });
  });

  it('of a line without a release is the first one', async () => {
    const reading = await readDraft(await signMetadata(body(1, bundle('1.0.0', 1)), [builder]), 'delay', {
      targets,
      inForce: undefined,
      known: 0,
      now: NOW,
    });
    expect(reading).toMatchObject({ kind: 'release', version: '1.0.0', ticket: [], dropped: [] });
  });

  it.each([
    ['no builder has signed', 'key_unknown', () => read(5, inForce.targets, {}, stranger)],
    ['is as old as what was signed here', 'rollback', () => read(6, inForce.targets, { known: 6 })],
    ['is over', 'stale', () => read(5, inForce.targets, { now: Date.UTC(2031, 0) })],
  ])('that %s is not read', async (_, code, reading) => {
    await expect(reading()).rejects.toMatchObject({ code });
  });
});
