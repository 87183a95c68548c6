import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeRuns } from '@plumbline/shared/predict';
import { createNodeClock, createOrtInference } from '@plumbline/agent/node';
import { createPredictor, type Predictor } from '../../agent/src/predict/predictor.ts';
import { deriveStructure } from '../../agent/src/predict/structure.ts';
import { benchModel, type BenchModel } from './material/models.ts';
import { figureOf, type Figure, type Question } from './measure/figure.ts';
import { measurePairs } from './measure/pairs.ts';

const CALLS = 400;
const PAIRS = 31;
const BATCH = 256;
const BATCH_CALLS = 12;
const LINE = 'bench';
/** As the agent opens its sessions, so that only our own work is between the two sides. */
const SESSION = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' } as const;

/**
 * A gateway's prediction, record in and prediction out, beside a bare `session.run` of the same bytes with tensors that
 * were built before: in µs a call for one record, in rows a second for many.
 */
export async function* predict(): AsyncGenerator<Figure> {
  for (const kind of ['linear', 'trees'] as const) {
    const model = await benchModel(kind);
    console.log(`  ${kind}: ${model.about}`);
    const predictor = await open(model);
    const session = await InferenceSession.create(model.bytes, SESSION);
    const one = { unit: 'µs', against: 'bare session.run', by: 'difference' } as const;
    const alone: Question = { ...one, name: `${kind}, one record`, budget: { rule: 'at most', limit: 20 } };
    yield await compareCalls(alone, model, session, (i) => predictor.predict([pick(model, i)]));
    const why: Question = { ...one, name: `${kind}, one record with reasons`, budget: { rule: 'at most', limit: 70 } };
    yield await compareCalls(why, model, session, (i) => predictor.predict([pick(model, i)], { reasons: true }));
    yield await compareBatches(kind, model, session, predictor);
    await predictor.close();
    await session.release();
  }
}

async function open({ bytes, manifest, reference, reasons }: BenchModel): Promise<Predictor> {
  const predictor = createPredictor({ clock: createNodeClock() });
  const session = await createOrtInference().load(bytes);
  predictor.swap({
    line: LINE,
    version: manifest.version,
    sha256: manifest.model.sha256,
    counter: 1,
    manifest,
    reference,
    session,
    structure: deriveStructure({
      manifest,
      reference,
      golden: undefined,
      read: async () => ({ model: bytes, reasons }),
    }),
  });
  return predictor;
}

async function compareCalls(
  question: Question,
  model: BenchModel,
  session: InferenceSession,
  ask: (i: number) => Promise<unknown>,
): Promise<Figure> {
  const feeds = model.records.map((record) => tensorsOf(model, [record]));
  const pairs = await measurePairs(PAIRS, {
    ours: () => perCall(ask),
    bare: () => perCall((i) => session.run(feeds[i % feeds.length] ?? {}, ['probabilities'])),
  });
  return figureOf(question, pairs);
}

/** µs a call. */
async function perCall(call: (i: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < CALLS; i += 1) await call(i);
  return ((performance.now() - start) * 1000) / CALLS;
}

async function compareBatches(
  kind: string,
  model: BenchModel,
  session: InferenceSession,
  predictor: Predictor,
): Promise<Figure> {
  const batch = model.records.slice(0, BATCH);
  const feeds = tensorsOf(model, batch);
  const rate = async (call: () => Promise<unknown>) => {
    const start = performance.now();
    for (let i = 0; i < BATCH_CALLS; i += 1) await call();
    return (BATCH * BATCH_CALLS * 1000) / (performance.now() - start);
  };
  const pairs = await measurePairs(PAIRS, {
    ours: () => rate(() => predictor.predict(batch)),
    bare: () => rate(() => session.run(feeds, ['probabilities'])),
  });
  return figureOf(
    {
      name: `${kind}, batches of ${BATCH}`,
      unit: 'rows/s',
      against: 'bare session.run',
      by: 'ratio',
      budget: { rule: 'at least', limit: 0.8 },
    },
    pairs,
  );
}

function pick({ records }: BenchModel, i: number) {
  const record = records[i % records.length];
  if (record === undefined) throw new RangeError('no records');
  return record;
}

function tensorsOf({ manifest }: BenchModel, records: BenchModel['records']): Record<string, Tensor> {
  const feeds = encodeRuns(manifest, records).flatMap((run) => run.feeds);
  return Object.fromEntries(
    feeds.map(({ name, dtype, data, dims }) => [name, new Tensor(dtype as 'float32', data as Float32Array, dims)]),
  );
}
