import {
  buildReference,
  emptyWindow,
  observe,
  observeOutcome,
  quantileEdges,
  slicesWith,
  type DriftWindow,
  type FeatureBins,
  type Reference,
} from '../../../shared/src/drift/index.ts';
import { createSeededRandom } from '../../../shared/src/testing/index.ts';
import { encodeFrame, type ExampleRow, type Row } from '../../../shared/src/wire/index.ts';
import { loneFigure, type LoneFigure } from '../measure/figure.ts';

const DAY_MS = 86_400_000;
const DAYS = 30;
const NUMBERS = 12;
const CATEGORIES = 8;
const LEVELS = 12;
const SLICES = 16;
/** Days from a prediction to its outcome, at most. */
const LATEST_OUTCOME = 60;
const HEX = 16;

type Values = Record<string, number | string | null>;

export interface EvidenceBytes {
  /** Frames as they travel, without MQTT and TLS. */
  sent: number;
  /** The same windows as JSON rows, as the outbox keeps them. */
  stored: number;
  windows: number;
  /** Hard examples, 1,000 rows of them, as they travel; their budget is in bytes as they are stored. */
  exampleShare: number;
}

/**
 * What drift evidence of one device takes in a month: 20 features, 16 slices, so many predictions a day, each with an
 * outcome within 60 days, sent once a day in one frame. In the steady state: the months before have outcomes coming, too.
 */
export function measureEvidence(perDay: number, seed = 1): EvidenceBytes {
  const random = createSeededRandom(seed);
  const world = createWorld(random.next);
  const sizes: EvidenceBytes = { sent: 0, stored: 0, windows: 0, exampleShare: 0 };
  let seq = 0;
  for (let day = 0; day < DAYS; day += 1) {
    const open = new Map<number, DriftWindow>();
    const windowOf = (of: number) => {
      const known = open.get(of) ?? world.open(of, of === day, hex(random.bytes(HEX / 2)));
      open.set(of, known);
      return known;
    };
    for (let i = 0; i < perDay; i += 1) {
      world.predict(windowOf(day));
      world.end(windowOf(day - 1 - Math.floor(random.next() * LATEST_OUTCOME)));
    }
    const rows: Row[] = [...open.values()].map((window) => ({ kind: 'window', at: (day + 1) * DAY_MS, window }));
    const numbered = rows.map((row): [number, Row] => [(seq += 1), row]);
    sizes.sent += encodeFrame(
      { stream: 'a'.repeat(HEX), class: 'evidence', rows: numbered },
      { compress: true },
    ).length;
    sizes.stored += rows.reduce((sum, row) => sum + JSON.stringify(row).length, 0);
    sizes.windows += rows.length;
  }
  const examples = Array.from({ length: 1000 }, (_, i): [number, Row] => [i + 1, world.example(i)]);
  const frame = encodeFrame({ stream: 'b'.repeat(HEX), class: 'evidence', rows: examples }, { compress: true });
  sizes.exampleShare = frame.length / examples.reduce((sum, [, row]) => sum + JSON.stringify(row).length, 0);
  return sizes;
}

/** Printed by `npm run bench -- drift`; nothing is asked of it but to be known. */
export function* evidenceBytes(): Generator<LoneFigure> {
  for (const perDay of [5, 50, 500]) {
    const { sent, stored, windows, exampleShare } = measureEvidence(perDay);
    yield loneFigure({
      name: `evidence of a device and month, ${perDay} predictions a day`,
      unit: 'bytes',
      ours: sent,
      reason: `20 features, 16 slices, outcomes within ${LATEST_OUTCOME} days: ${windows} windows, ${stored} bytes stored; hard examples come to ${(100 * exampleShare).toFixed(0)} % of their budget on the link`,
    });
  }
}

function createWorld(next: () => number) {
  const numbers = Array.from({ length: NUMBERS }, (_, i) => `number_${i}`);
  const categories = Array.from({ length: CATEGORIES }, (_, i) => `category_${i}`);
  const sha256 = Array.from({ length: 64 }, () => Math.floor(next() * HEX).toString(HEX)).join('');
  const draw = (): Values => ({
    ...Object.fromEntries(
      numbers.map((name, i) => [name, next() < 0.02 ? null : Math.round(10 ** (1 + (i % 3)) * next() ** 2)]),
    ),
    ...Object.fromEntries(categories.map((name) => [name, `level_${Math.floor(LEVELS * next() ** 2)}`])),
  });
  const rows = Array.from({ length: 2000 }, draw);
  const bins: FeatureBins[] = [
    ...numbers.map((name) => ({
      type: 'number' as const,
      name,
      edges: quantileEdges(rows.map((row) => Number(row[name]))),
    })),
    ...categories.map((name) => ({
      type: 'category' as const,
      name,
      levels: Array.from({ length: LEVELS }, (_, i) => `level_${i}`),
    })),
  ];
  const of: Reference = {
    ...buildReference(
      bins,
      rows,
      rows.map(() => next() ** 2),
    ),
    support: Object.fromEntries(numbers.map((name) => [name, { low: 0, high: 1000 }])),
    slices: Array.from({ length: SLICES }, (_, i) => {
      const [feature, level] = [categories[i % 4] ?? '', `level_${Math.floor(i / 4)}`];
      return { name: `${feature} ${level}`, feature, level, rows: 1, positive: 0, score: [] };
    }),
  };
  const said = () => {
    const values = draw();
    const score = next() ** 2;
    return { values, score, more: { slices: slicesWith(of, values), selected: score >= 0.5 } };
  };
  let before: Record<string, number> = {};
  return {
    open: (day: number, isNew: boolean, id: string) => {
      const slices = isNew ? SLICES : 0;
      return emptyWindow('delay', sha256, isNew ? bins : [], day * DAY_MS, (day + 1) * DAY_MS, { id, slices });
    },
    predict(window: DriftWindow) {
      const { values, score, more } = said();
      observe(window, bins, values, score, 'chance', {
        ...more,
        before,
        support: of.support,
        tookMicros: 900 * (1 + next()),
      });
      before = Object.fromEntries(
        Object.entries(values).filter((one): one is [string, number] => typeof one[1] === 'number'),
      );
    },
    end(window: DriftWindow) {
      const { score, more } = said();
      observeOutcome(window, score, next() < score ? 1 : 0, more);
    },
    example(i: number): ExampleRow {
      const { values, score } = said();
      const head = {
        kind: 'example',
        at: i * 60_000,
        asOf: i * 60_000,
        line: 'delay',
        version: '1.2.0',
        sha256,
      } as const;
      return { ...head, activity: `tower-${i % 40}/a${i}`, why: 'uncertain', score, values };
    },
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(HEX).padStart(2, '0')).join('');
}
