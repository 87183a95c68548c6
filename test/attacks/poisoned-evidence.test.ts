import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observeOutcome, type DriftWindow } from '../../shared/src/drift/index.ts';
import { addDrift } from '../../fleet-server/src/entry/cli/drift/drift.ts';
import { createCountingFleet, type CountingFleet } from '../../fleet-server/src/entry/testing/counting-fleet.ts';
import { serveCli, type ServedCli } from '../../fleet-server/src/entry/testing/run-cli.ts';
import { createSmallFleet, type SmallFleet } from '../../fleet-server/src/entry/testing/small-fleet.ts';
import type { KeptFinding } from '../../fleet-server/src/insight/drift/index.ts';
import { createModelLab, openArtifactFiles } from '../../fleet-server/src/platform/adapters/index.ts';

const DAY_MS = 86_400_000;
const HONEST = 49;

/**
 * A device that lies about what it has seen, by every way in which a window or a label can be false. After each attack:
 * refused or set aside with a code that `drift refusals` shows, nothing counted, no finding, and the honest go on counting.
 */
describe('evidence that is poisoned', () => {
  const lab = createModelLab();
  let small: SmallFleet;
  let counting: CountingFleet;
  let cli: ServedCli;

  beforeAll(async () => {
    small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: Date.UTC(2026, 2, 1) });
    cli = await serveCli(small, [addDrift]);
    counting = await createCountingFleet(small, { devices: HONEST, rows: 10 });
    await counting.passDay();
  });
  afterAll(async () => {
    await cli.close();
    await small[Symbol.asyncDispose]();
    await lab.close();
  });

  const refused = async (device: string) =>
    (await cli.json<{ code: string; field: string }[]>('drift', 'refusals', '--device', device)).map(
      ({ code, field }) => `${code} ${field}`,
    );
  const countedOf = async (device: string) => {
    const path = `/api/v1/drift/delay/windows?version=1.0.0&by=device&id=${device}&whole=true`;
    const answer = await fetch(`${cli.url}${path}`, { headers: { authorization: 'Bearer operator' } });
    const { windows } = (await answer.json()) as { windows: { window: DriftWindow }[] };
    return windows[0]?.window.count ?? 0;
  };
  const contradicted = async () =>
    (await cli.json<{ code: string; site: string }[]>('drift', 'refusals')).filter(
      ({ code, site }) => code === 'label_contradicted' && site === 'site-of-gw-1',
    );
  const alarms = async () =>
    (await cli.json<KeptFinding[]>('drift', 'findings', 'delay')).map(({ scope, subject }) => `${scope.of} ${subject}`);
  const today = () => counting.today();
  const window = (change: Partial<DriftWindow> = {}, day = today()) => ({ ...counting.count(day, 10), ...change });
  const moved = () => ({ ...counting.usual(), a: 3.5, trade: 'steel', score: 0.99 });
  let liars = 0;

  it.each<[string, string, () => DriftWindow]>([
    ['of an archive that nobody released', 'window_version_unknown sha256', () => window({ sha256: 'ef'.repeat(32) })],
    ['of a line that this archive is not of', 'window_version_unknown sha256', () => window({ model: 'iris' })],
    [
      'in bins of its own',
      'window_bins_differ features.a',
      () => window({ features: { ...window().features, a: [4, 6] } }),
    ],
    [
      'of a feature that nobody asked for',
      'window_bins_differ features.wage',
      () => window({ features: { ...window().features, wage: [10] } }),
    ],
    ['whose counts do not add up', 'window_counts_differ features.a', () => window({ count: 1_000_000 })],
    [
      'whose scores do not add up',
      'window_counts_differ score',
      () => window({ score: Array.from({ length: 20 }, () => 50) }),
    ],
    ['of a period of its own', 'window_period from', () => window({ from: today() * DAY_MS + 7 })],
    ['that ends before it begins', 'window_period from', () => window({ to: (today() - 1) * DAY_MS })],
    ['of the far future', 'window_future from', () => window({}, today() + 400)],
    ['of the end of time', 'window_future from', () => window({}, 90_000_000)],
    ['of before the release', 'window_past to', () => window({}, 3)],
    [
      'with outcomes of predictions that it never made',
      'labels_exceed_predictions matured[10]',
      () => {
        const late = counting.count(today(), 0);
        observeOutcome(late, 0.5, 1);
        return late;
      },
    ],
    [
      'that takes back outcomes which nobody gave',
      'labels_exceed_predictions corrections.positive[10]',
      () => {
        const of = counting.count(today(), 0);
        observeOutcome(of, 0.5, 1);
        const { matured, ...rest } = of;
        return { ...rest, corrections: matured! };
      },
    ],
  ])('as a window %s is refused: %s', async (_what, said, lie) => {
    const device = `liar-${(liars += 1)}`;
    await counting.send(device, lie());
    expect(await countedOf(device)).toBe(0);
    expect(await refused(device)).toEqual([said]);
    await counting.send(device, window());
    expect(await countedOf(device)).toBe(10);
  });

  it('as a window that was counted already is refused, in another stream too, and is of nobody else', async () => {
    const one = window();
    await counting.send('replayer', one);
    await counting.send('replayer', one);
    await counting.send('replayer', one, 'replayer-other');
    expect(await countedOf('replayer')).toBe(10);
    expect(await refused('replayer')).toEqual(['window_replayed id', 'window_replayed id']);
    await counting.send('somebody-else', one);
    expect(await countedOf('somebody-else')).toBe(10);
  });

  it('as more predictions than it has sent is set aside, and counts once their rows are there', async () => {
    const day = today();
    const predict = async (rows: number) => {
      for (let i = 0; i < rows; i += 1) {
        const of = { line: 'delay', version: '1.0.0', sha256: counting.sha256, score: 0.5 };
        await counting.say('boaster', { kind: 'prediction', at: small.clock.now(), asOf: day * DAY_MS + i, ...of });
      }
    };
    await predict(1);
    await counting.send('boaster', counting.count(day, 4, moved));
    await counting.passDay();
    expect(await refused('boaster')).toEqual(['window_exceeds_predictions count']);
    expect(await countedOf('boaster')).toBe(0);
    await predict(3);
    await counting.look();
    await counting.look();
    expect(await refused('boaster')).toEqual([]);
    expect(await countedOf('boaster')).toBe(4);
  });

  it('as outcomes that contradict each other counts for nobody until somebody settles it', async () => {
    const at = small.clock.now();
    const says = (device: string, id: string, label: 0 | 1, base: string | null = null) => {
      const entry = { id, activity: 'A-1', base, actor: device, at: small.clock.now() };
      return counting.say(device, {
        kind: 'entry',
        at: small.clock.now(),
        entry: { ...entry, field: 'outcome', value: { label, observedAt: at } },
      });
    };
    const plan = { startAt: at - 9 * DAY_MS, dueAt: at - DAY_MS, values: {} };
    const head = { id: 'plan-0001', activity: 'A-1', base: null, actor: 'ana', at };
    await counting.say('gw-1', { kind: 'entry', at, entry: { ...head, field: 'plan', value: plan } });
    await says('gw-1', 'said-0001', 1);
    await says('gw-1', 'said-0002', 0);
    await counting.look();
    expect(await contradicted()).toHaveLength(1);
    await says('gw-1', 'said-0003', 1, 'said-0002');
    await counting.look();
    expect(await contradicted()).toEqual([]);
  });

  it('by one device of fifty, however much it says, neither moves the fleet nor hides that it has moved', async () => {
    expect(await alarms()).toEqual([]);
    await counting.send('gw-liar', counting.count(today(), 4_000, moved));
    await counting.passDay();
    const ofFleet = async () => (await alarms()).filter((one) => one.startsWith('fleet'));
    expect(await ofFleet()).toEqual([]);
    await counting.send('gw-liar', counting.count(today(), 4_000));
    await counting.passDay(() => () => ({ ...counting.usual(), a: 3 + counting.usual().score }));
    expect(await ofFleet()).toEqual(['fleet a']);
  });
});
