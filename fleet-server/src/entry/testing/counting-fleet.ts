import {
  binsOf,
  buildReference,
  emptyWindow,
  observe,
  type DriftWindow,
  type FeatureBins,
  type Reference,
} from '@plumbline/shared/drift';
import { createSeededRandom } from '@plumbline/shared/testing';
import { CLASS_OF, type Row } from '@plumbline/shared/wire';
import { addMetadataSignatures, lineRole } from '@plumbline/shared/trust';
import { watchDrift } from '../../insight/drift/index.ts';
import {
  approveModel,
  findPending,
  getModel,
  intakeModel,
  optimizeModel,
  submitForApproval,
} from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import type { SmallFleet } from './small-fleet.ts';

const DAY_MS = 86_400_000;
const BINS: FeatureBins[] = [
  { type: 'number', name: 'a', edges: [1, 2, 3] },
  { type: 'category', name: 'trade', levels: ['wood', 'steel'] },
];

export interface CountedRow {
  a: number | null;
  trade: string;
  score: number;
}

/** Devices of a small fleet that count what they predict with a release that has a reference. */
export interface CountingFleet {
  version: string;
  sha256: string;
  reference: Reference;
  /** A row like those of the reference. */
  usual(): CountedRow;
  /** The day of the server's clock, in days since 1970. */
  today(): number;
  count(day: number, rows: number, draw?: () => CountedRow): DriftWindow;
  /** A row of a device, as its agent sends it. */
  say(device: string, row: Row, stream?: string): Promise<void>;
  send(device: string, window: DriftWindow, stream?: string): Promise<void>;
  /** A day passes, and the server looks. */
  look(): Promise<void>;
  /** Every device counts today; tomorrow has come and gone, and the server has looked. */
  passDay(draw?: (device: string) => () => CountedRow): Promise<void>;
}

export async function createCountingFleet(
  small: SmallFleet,
  { line = 'delay', devices = 12, rows = 40 } = {},
): Promise<CountingFleet> {
  const { fleet, clock } = small;
  const { next: random } = createSeededRandom(11);
  const usual = () => ({ a: random() * 4, trade: random() < 0.6 ? 'wood' : 'steel', score: random() });
  const drawn = Array.from({ length: 2_000 }, usual);
  const scores = drawn.map(({ score }) => score);
  const built = buildReference(
    BINS,
    drawn.map(({ a, trade }) => ({ a, trade })),
    scores,
    0.3,
  );
  const reference = { ...built, support: { a: { low: 0, high: 4 } }, repeats: { a: { count: 2, of: 1_900 } } };
  const version = await release(small, line, reference);
  const { variants } = await getModel(fleet.database.db, line, version);
  const sha256 = variants[0]!.archive;
  const seqs = new Map<string, number>();
  const drift = watchDrift(fleet);
  let ids = 0;
  const counting: CountingFleet = {
    version,
    sha256,
    reference,
    usual,
    today: () => Math.floor(clock.now() / DAY_MS),
    count(day, n, draw = usual) {
      const id = (ids += 1).toString(16).padStart(16, '0');
      const window = emptyWindow(line, sha256, binsOf(reference), day * DAY_MS, (day + 1) * DAY_MS, { id });
      let before: number | undefined;
      for (let i = 0; i < n; i += 1) {
        const { score, ...values } = draw();
        const last = before === undefined ? {} : { before: { a: before } };
        observe(window, BINS, values, score, 'chance', { support: reference.support, ...last });
        before = values.a ?? before;
      }
      return window;
    },
    async say(device, row, stream = `${device}-${CLASS_OF[row.kind]}`) {
      const seq = (seqs.get(stream) ?? 0) + 1;
      seqs.set(stream, seq);
      const sent: [number, Row][] = [[seq, row]];
      await fleet.ingest.take({
        site: `site-of-${device}`,
        device,
        batch: { stream, class: CLASS_OF[row.kind], rows: sent },
      });
    },
    send: (device, window, stream) => counting.say(device, { kind: 'window', at: clock.now(), window }, stream),
    async look() {
      await clock.advance(DAY_MS);
      await drift.look();
    },
    async passDay(draw = () => usual) {
      const day = counting.today();
      await clock.advance(DAY_MS);
      for (let i = 0; i < devices; i += 1) {
        await counting.send(`gw-${i}`, counting.count(day, rows, draw(`gw-${i}`)));
      }
      await counting.look();
    },
  };
  return counting;
}

async function release({ fleet, approver }: SmallFleet, line: string, reference: Reference): Promise<string> {
  const columns = { numbers: [{ name: 'a', mean: 0, scale: 1, impute: 0 }], categories: [] };
  const features = [{ name: 'a', type: 'number' as const, missing: 'accept' as const, from: { column: 'a' } }];
  const accepted = await intakeModel(
    fleet,
    {
      line,
      target: 'late',
      algorithm: 'logistic',
      bytes: exportModel({ kind: 'linear', columns, weights: Float64Array.of(1), bias: 0 }),
      inputs: [{ kind: 'columns', name: 'numbers', dtype: 'float32', batch: 'dynamic', features }],
      output: { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' },
      reference,
      card: { origin: 'trained' },
    },
    fleet.now(),
  );
  const { version, document } = await submitForApproval(fleet, 'user:ana', await optimizeModel(fleet, accepted));
  const draft = await findPending(fleet.database.db, line, document);
  const bytes = await addMetadataSignatures(draft!.bytes, [approver], lineRole(line));
  await approveModel(fleet, 'approver:ben', { line, document, signature: { bytes } });
  return version;
}
