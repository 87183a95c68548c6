import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { keyId } from '@plumbline/shared/trust';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpApp } from '../../fleet-server/src/entry/http/index.ts';
import { createSmallFleet, type SmallFleet } from '../../fleet-server/src/entry/testing/small-fleet.ts';
import { createModelLab, openArtifactFiles } from '../../fleet-server/src/platform/adapters/index.ts';
import { registerApprover } from '../../fleet-server/src/supply/keys/index.ts';
import { getModel, lineInForce, submitForApproval } from '../../fleet-server/src/supply/models/index.ts';
import { importRepository } from '../../fleet-server/src/supply/repository/index.ts';
import { vectorsPath } from '../conformance/conformance.ts';
import { findChromium, startChromium, type Chromium } from '../harness/services/chromium.ts';
import { required, skipReason } from '../harness/services/index.ts';
import { openTab, type Tab } from './tab.ts';

const absent = skipReason(findChromium());
const vectors = vectorsPath('');
const noVectors = existsSync(vectors) ? undefined : `no vectors at ${vectors}, set PLUMBLINE_SHARED`;
if (noVectors !== undefined && process.env['PLUMBLINE_REQUIRE_SHARED'] === '1') {
  throw new Error(`PLUMBLINE_REQUIRE_SHARED is 1 and ${vectors} does not exist`);
}
const skipped = (reason: string | undefined) => (reason === undefined ? '' : ` (skipped: ${reason})`);
const readVectors = async (name: string) => JSON.parse(await readFile(vectorsPath(name), 'utf8'));

describe.skipIf(absent !== undefined)(`trust in Chromium${skipped(absent)}`, () => {
  const world = new AsyncDisposableStack();
  let chromium: Chromium;
  let small: SmallFleet;
  let tab: Tab;

  beforeAll(async () => {
    chromium = required(await startChromium());
    world.defer(() => chromium.remove());
    const lab = createModelLab();
    world.defer(() => lab.close());
    small = world.use(await createSmallFleet({ lab, openArtifacts: openArtifactFiles }));
    const app = createHttpApp(small.fleet);
    tab = await openTab(chromium, (request, env) => app.fetch(request, env));
    world.defer(() => tab.close());
  });
  afterAll(() => world.disposeAsync());

  describe.skipIf(noVectors !== undefined)(`answers what others have published${skipped(noVectors)}`, () => {
    it('as Wycheproof does: every case of Ed25519', async () => {
      const judged = await tab.ask('judgeEd25519', await readVectors('wycheproof-ed25519_test.json'));
      expect(judged.filter(({ isRight }) => !isRight)).toEqual([]);
      expect(judged).toHaveLength(151);
    });

    it('as a client of The Update Framework did: every recorded call, with the same trust store afterwards', async () => {
      const judged = await tab.ask('judgeTraces', await readVectors('tuf-client-traces.json'));
      expect(judged).toEqual({ calls: 168, differences: [] });
    });
  });

  describe.each([
    ['ed25519', 'delay'],
    ['p256', 'iris'],
  ] as const)('a person approves with a %s key of the browser', (type, line) => {
    it('which releases a model once the key is registered, and not before', async () => {
      const { fleet, keysFolder, clock } = small;
      const { version } = await submitForApproval(fleet, 'user:ana', await small.model(line));
      const { publicKey } = await tab.ask('makeKey', line, type);
      expect(publicKey.type).toBe(type);
      const early = await tab.ask('approve', line, line, fleet.operatorToken);
      expect(early).toMatchObject({ answer: { code: 'below_threshold' } });
      expect(await lineInForce(fleet.database.db, line)).toBeUndefined();

      await registerApprover({ folder: keysFolder, nowMs: clock.now(), protect: false }, line, publicKey);
      await importRepository(fleet, 'user:ana', keysFolder);
      await tab.reload();
      const approved = await tab.ask('approve', line, line, fleet.operatorToken);
      expect(approved).toMatchObject({ status: 200, answer: { kind: 'release', line, version } });
      expect((await getModel(fleet.database.db, line, version)).state).toBe('published');
      const bytes = (await lineInForce(fleet.database.db, line))!.bytes;
      expect(new TextDecoder().decode(bytes)).toContain(keyId(publicKey));
    });

    it('which is there again after the browser was ended, and no script can take it out', async () => {
      const before = await tab.ask('findKey', line);
      await tab.restartBrowser();
      expect(await tab.ask('findKey', line)).toEqual(before);
      expect(before.refusal).toMatch(/InvalidAccessError|not extractable/);
    });
  });

  it('a new key in the place of a registered one does not approve', async () => {
    await submitForApproval(small.fleet, 'user:ana', await small.model('delay', { origin: 'imported' }, 1));
    await tab.ask('makeKey', 'delay', 'ed25519');
    const refused = await tab.ask('approve', 'delay', 'delay', small.fleet.operatorToken);
    expect(refused.answer).toMatchObject({ code: 'below_threshold' });
  });

  describe('two generations of trust in IndexedDB, written with strict durability', () => {
    beforeEach(async () => {
      await tab.ask('writeGeneration', 7, 'seven');
      await tab.ask('writeGeneration', 8, 'eight');
    });

    it('come back after the browser was ended, the newest first', async () => {
      await tab.restartBrowser();
      expect(await tab.ask('newestGeneration')).toEqual({ n: 8, state: 'eight' });
    });

    it.each([0, 1, 20, 44, 48])('give the older one when the newest was torn after %d bytes', async (bytes) => {
      await tab.ask('tearGeneration', 8, 'eight', bytes);
      expect(await tab.ask('newestGeneration')).toEqual({ n: 7, state: 'seven' });
    });

    it('take the next write in the place of the torn one', async () => {
      await tab.ask('tearGeneration', 8, 'eight', 48);
      await tab.ask('writeGeneration', 8, 'eight again');
      expect(await tab.ask('newestGeneration')).toEqual({ n: 8, state: 'eight again' });
    });
  });
});
