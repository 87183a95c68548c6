import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Engine, LabRun, LabTensor } from '../../ports/index.ts';
import { holdsDtype } from './dtypes.ts';

/** The part of a JavaScript runtime that is used here; both are built on onnxruntime-common. */
interface Runtime {
  InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
  Tensor: new (dtype: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
}

export type Feeds = Record<string, Tensor>;

export interface LabSession {
  /** Tensors of the runtime, which a race builds once. */
  feedsOf(run: LabRun): Feeds;
  /** @param outputs all of them when absent, in order of the graph */
  run(feeds: Feeds, outputs?: readonly string[]): Promise<LabTensor[]>;
  /** A call whose answer nobody reads. */
  call(feeds: Feeds): Promise<unknown>;
  close(): Promise<void>;
}

export interface LabEngine {
  /** @param options `arena`: memory is kept between calls, as a predicting agent does; takes far more than the model needs */
  load(model: Uint8Array, options: { arena: boolean }): Promise<LabSession>;
}

/** y = x + x, for x of float32 [1] and operator set 13. */
const SMALLEST_MODEL = Uint8Array.from([
  8, 8, 58, 53, 10, 14, 10, 1, 120, 10, 1, 120, 18, 1, 121, 34, 3, 65, 100, 100, 18, 1, 103, 90, 15, 10, 1, 120, 18, 10,
  10, 8, 8, 1, 18, 4, 10, 2, 8, 1, 98, 15, 10, 1, 121, 18, 10, 10, 8, 8, 1, 18, 4, 10, 2, 8, 1, 66, 4, 10, 0, 16, 13,
]);

/** Brings a runtime into memory and uses it once, so that what it takes by itself is not counted to a model. */
export async function openEngine(name: Engine): Promise<LabEngine> {
  // The native runtime knows float16 only as Uint16Array; where the class exists both runtimes would use it instead.
  Reflect.deleteProperty(globalThis, 'Float16Array');
  const runtime = await importRuntime(name);
  const engine: LabEngine = {
    async load(model, { arena }) {
      return sessionOf(runtime, await runtime.InferenceSession.create(model, optionsOf(arena)));
    },
  };
  const session = await engine.load(SMALLEST_MODEL, { arena: false });
  await session.call(session.feedsOf([{ name: 'x', dtype: 'float32', dims: [1], data: Float32Array.of(1) }]));
  await session.close();
  return engine;
}

async function importRuntime(name: Engine): Promise<Runtime> {
  if (name === 'node') return import('onnxruntime-node');
  const runtime = await import('onnxruntime-web/wasm');
  runtime.env.wasm.numThreads = 1;
  return runtime;
}

/** One thread, as agents predict: what is measured with more is not what a device will see. */
function optionsOf(arena: boolean): InferenceSession.SessionOptions {
  return { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', enableCpuMemArena: arena };
}

function sessionOf({ Tensor }: Runtime, session: InferenceSession): LabSession {
  return {
    feedsOf(run) {
      const feeds: Feeds = Object.create(null) as Feeds;
      // The constructor is overloaded by element type; one spelling stands for all.
      for (const { name, dtype, data, dims } of run)
        feeds[name] = new Tensor(dtype as 'float32', data as Float32Array, dims);
      return feeds;
    },
    async run(feeds, outputs) {
      const names = outputs ?? session.outputNames;
      refuseOthersThanTensors(session, names);
      const answers = await session.run(feeds, names);
      return names.map((name) => tensorOf(name, answers[name]));
    },
    call: (feeds) => session.run(feeds),
    close: () => session.release(),
  };
}

/** The runtimes' own words for it name no output, or only its index. */
function refuseOthersThanTensors({ outputMetadata }: InferenceSession, names: readonly string[]): void {
  const other = outputMetadata.find(({ name, isTensor }) => !isTensor && names.includes(name));
  if (other !== undefined) throw new TypeError(`output "${other.name}" is no tensor but a sequence, map or optional`);
}

function tensorOf(name: string, answer: Tensor | undefined): LabTensor {
  if (answer === undefined) throw new TypeError(`output "${name}" was not given`);
  const { type, dims, data } = answer;
  if (!holdsDtype(type, data))
    throw new TypeError(`output "${name}" has the element type ${type}, which cannot be read`);
  return { name, dtype: type, dims: [...dims], data };
}
