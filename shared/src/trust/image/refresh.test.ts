import { describe, expect, it } from 'vitest';
import { delegationsDraft, lineDelegation, lineDraft, rootDraft, targetsDraft } from '../testing/mint-documents.ts';
import { mintRepository, type Publication } from '../testing/mint-repository.ts';
import { KEYS, signerOf } from '../testing/mint-signers.ts';
import { refresh, refreshDelegated, STOCK_LIMITS, type MetadataSource } from './refresh.ts';
import { restoreTrust, type KeptMetadata } from './restore.ts';
import { startTrust, type ImageTrust } from './trusted-images.ts';

const NOW = Date.UTC(2026, 5, 1);
const refused = (code: string, field?: string) =>
  expect.objectContaining({ name: 'TrustError', code, ...(field && { field }) }) as Error;
const lineOf = (version: number) => ({
  draft: lineDraft('delay', version, [7]),
  signers: [KEYS.builder, KEYS.approver],
});
const withLine: Publication = {
  targets: targetsDraft(1, {}, { delegations: delegationsDraft([lineDelegation('delay')]) }),
  delegated: { 'line-delay': lineOf(1) },
};
const LINE = { role: 'line-delay', delegator: 'targets' };

/** A client that remembers what was accepted last, as one that is cut off anywhere would. */
function client(start: ImageTrust) {
  const self = {
    trust: start,
    accepted: (next: ImageTrust) => {
      self.trust = next;
    },
    refresh: (source: MetadataSource, now = NOW) => refresh(self.trust, source, now, self.accepted),
  };
  return self;
}
const versionsOf = ({ root, timestamp, snapshot, targets }: ImageTrust) =>
  [root, timestamp?.signed, snapshot?.signed, targets?.signed].map((one) => one?.version);

describe('a refresh', () => {
  it('asks in the order of the specification, and again only for what is new', async () => {
    const repository = await mintRepository();
    const device = client(startTrust(repository.root));
    await device.refresh(repository.source);
    expect(repository.asked).toEqual(['2.root', 'timestamp', '1.snapshot', '1.targets']);
    expect(versionsOf(device.trust)).toEqual([1, 1, 1, 1]);
    repository.asked.length = 0;
    await device.refresh(repository.source);
    expect(repository.asked).toEqual(['2.root', 'timestamp']);
    repository.asked.length = 0;
    await repository.publish({ targets: targetsDraft(2) });
    await device.refresh(repository.source);
    expect(repository.asked).toEqual(['2.root', 'timestamp', '2.snapshot', '2.targets']);
  });

  it('walks twenty roots after a long absence', async () => {
    const repository = await mintRepository();
    let held = KEYS.root;
    for (let version = 2; version <= 21; version += 1) {
      const next = signerOf(100 + version);
      await repository.addRoot(version, rootDraft(version, { root: [next] }), [held, next]);
      held = next;
    }
    const device = client(startTrust(repository.root));
    await device.refresh(repository.source);
    expect(versionsOf(device.trust)).toEqual([21, 1, 1, 1]);
    expect(repository.asked.slice(0, 21)).toEqual(Array.from({ length: 21 }, (_, i) => `${i + 2}.root`));
  });

  it('keeps the roots it has walked when the chain breaks further on', async () => {
    const repository = await mintRepository();
    for (const version of [2, 3]) await repository.addRoot(version, rootDraft(version), [KEYS.root]);
    await repository.addRoot(4, rootDraft(4), [KEYS.stranger]);
    const device = client(startTrust(repository.root));
    await expect(device.refresh(repository.source)).rejects.toThrow(refused('below_threshold', 'root.signatures'));
    expect(versionsOf(device.trust)).toEqual([3, undefined, undefined, undefined]);
  });

  it('keeps timestamp and snapshot when the targets are refused, and asks for those alone the next time', async () => {
    const repository = await mintRepository();
    const device = client(startTrust(repository.root));
    await device.refresh(repository.source);
    await repository.publish({ targets: targetsDraft(2), signers: { targets: [KEYS.stranger] } });
    await expect(device.refresh(repository.source)).rejects.toThrow(refused('below_threshold', 'targets.signatures'));
    expect(versionsOf(device.trust)).toEqual([1, 2, 2, 1]);
    repository.asked.length = 0;
    await expect(device.refresh(repository.source)).rejects.toThrow(refused('below_threshold'));
    expect(repository.asked).toEqual(['2.root', 'timestamp', '2.targets']);
  });

  it('refuses the same old metadata for ever, naming what has expired, and keeps what it has', async () => {
    const repository = await mintRepository({ timestamp: { expires: '2026-06-04T00:00:00Z' } });
    const device = client(startTrust(repository.root));
    await device.refresh(repository.source);
    const held = device.trust;
    const later = Date.UTC(2026, 5, 4);
    await expect(device.refresh(repository.source, later)).rejects.toThrow(refused('stale', 'timestamp.expires'));
    expect(device.trust).toBe(held);
    expect(await device.refresh(repository.source, later - 1)).toBe(held);
  });

  it('that is refused a document that is not there says which', async () => {
    const repository = await mintRepository();
    repository.documents.delete('1.snapshot');
    const device = client(startTrust(repository.root));
    await expect(device.refresh(repository.source)).rejects.toThrow(refused('role_missing', 'snapshot'));
  });

  it.each(['2.root', 'timestamp', '1.snapshot', '1.targets'])(
    'refuses more than a document may have of %s, before reading it',
    async (name) => {
      const repository = await mintRepository();
      const device = client(startTrust(repository.root));
      const limits: number[] = [];
      const source: MetadataSource = {
        async fetch(request) {
          const bytes = await repository.source.fetch(request);
          const [last] = repository.asked.slice(-1);
          if (last !== name) return bytes;
          limits.push(request.maxBytes);
          return new Uint8Array(request.maxBytes + 1);
        },
      };
      const role = name.split('.').at(-1);
      await expect(device.refresh(source)).rejects.toThrow(refused('bad_length', `${role}.length`));
      const meta = repository.documents.get(name)?.length;
      const stock = { '2.root': STOCK_LIMITS.root, timestamp: STOCK_LIMITS.timestamp }[name];
      expect(limits).toEqual([stock ?? meta]);
    },
  );

  it('passes on what the source throws', async () => {
    const { root } = await mintRepository();
    const gone = new Error('the network is gone');
    const source: MetadataSource = { fetch: () => Promise.reject(gone) };
    await expect(client(startTrust(root)).refresh(source)).rejects.toBe(gone);
  });

  it('does not walk without end when the repository makes up roots as it is asked', async () => {
    const { root } = await mintRepository();
    let asked = 0;
    const source: MetadataSource = {
      async fetch({ role }) {
        asked += 1;
        return role === 'root' ? root : undefined;
      },
    };
    await expect(client(startTrust(root)).refresh(source)).rejects.toThrow(refused('rollback', 'root.version'));
    expect(asked).toBe(1);
  });
});

describe('a delegated role', () => {
  it('is fetched once per version, when it is asked for', async () => {
    const repository = await mintRepository(withLine);
    const device = client(startTrust(repository.root));
    await device.refresh(repository.source);
    const line = () => refreshDelegated(device.trust, repository.source, NOW, LINE, device.accepted);
    expect((await line()).delegated['line-delay']?.signed.version).toBe(1);
    await line();
    expect(repository.asked.filter((name) => name.endsWith('line-delay'))).toEqual(['1.line-delay']);
    await repository.publish({ delegated: { 'line-delay': lineOf(2) } });
    await device.refresh(repository.source);
    expect((await line()).delegated['line-delay']?.signed.version).toBe(2);
  });

  it('is refused below its threshold for stock clients too', async () => {
    const repository = await mintRepository({
      ...withLine,
      delegated: { 'line-delay': { draft: lineDraft('delay', 1, [7]), signers: [KEYS.builder] } },
    });
    const device = client(startTrust(repository.root));
    await device.refresh(repository.source);
    await expect(refreshDelegated(device.trust, repository.source, NOW, LINE, device.accepted)).rejects.toThrow(
      refused('below_threshold', 'line-delay.signatures'),
    );
    expect(device.trust.delegated).toEqual({});
  });

  it('that the snapshot does not know is missing', async () => {
    const repository = await mintRepository({ targets: withLine.targets ?? {} });
    const device = client(startTrust(repository.root));
    await device.refresh(repository.source);
    await expect(refreshDelegated(device.trust, repository.source, NOW, LINE, device.accepted)).rejects.toThrow(
      refused('role_missing', 'snapshot.meta.line-delay.json'),
    );
  });
});

const keep = ({ rootBytes, timestamp, snapshot, targets, delegated }: ImageTrust): KeptMetadata => ({
  root: rootBytes,
  timestamp: timestamp?.bytes,
  snapshot: snapshot?.bytes,
  targets: targets?.bytes,
  delegated: Object.fromEntries(Object.entries(delegated).map(([role, { bytes }]) => [role, bytes])),
});

const updated = async () => {
  const repository = await mintRepository(withLine);
  const device = client(startTrust(repository.root));
  await device.refresh(repository.source);
  await refreshDelegated(device.trust, repository.source, NOW, LINE, device.accepted);
  return { repository, trust: device.trust };
};

describe('a trust that was kept', () => {
  it('is taken up as it was', async () => {
    const { trust } = await updated();
    expect(restoreTrust(keep(trust))).toEqual(trust);
  });

  it('goes on without what the root does not vouch for, and without what cannot be read', async () => {
    const { trust, repository } = await updated();
    const rotated = await repository.addRoot(2, rootDraft(2, { timestamp: [signerOf(30)] }), [KEYS.root]);
    expect(versionsOf(restoreTrust({ ...keep(trust), root: rotated }))).toEqual([2, undefined, undefined, 1]);
    const torn = new Uint8Array([1, 2, 3]);
    const all = { timestamp: torn, snapshot: torn, targets: torn, delegated: { 'line-delay': torn } };
    expect(restoreTrust({ ...keep(trust), ...all })).toEqual(startTrust(trust.rootBytes));
  });

  it('is no trust at all without a root that signs itself', async () => {
    const { trust, repository } = await updated();
    const forged = await repository.addRoot(2, rootDraft(2), [KEYS.stranger]);
    expect(() => restoreTrust({ ...keep(trust), root: forged })).toThrow(refused('below_threshold'));
  });
});
