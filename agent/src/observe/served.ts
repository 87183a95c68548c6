import type { ServedReport } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Outbox } from '../link/outbox/index.ts';
import type { Clock, Store } from '../ports/index.ts';
import type { LoadedModel } from '../predict/load.ts';
import { isModelFault, type Predictor } from '../predict/predictor.ts';
import { readAll, stored, type OnDamaged } from '../store/json.ts';
import { SERVED, servedKey } from '../store/keys.ts';
import { LATENCY_BINS, latencyBin, latencyQuantile } from './latency-bins.ts';

const count = z.number().int().nonnegative();

/** What one archive did in service. `calls` are counts by bin of the time per record, empty bins left out. */
const archive = z.strictObject({
  sha256: z.string(),
  since: z.number().int(),
  predictions: count,
  errors: count,
  memoryMb: count.optional(),
  calls: z.array(z.tuple([z.number().int().min(0).lt(LATENCY_BINS), z.number().int().positive()])),
});
const storedLine = z.strictObject({ now: archive, before: archive.optional() });

interface Archive extends Omit<z.infer<typeof archive>, 'calls'> {
  /** By bin. */
  calls: Uint32Array;
}
interface Line {
  now: Archive;
  before: Archive | undefined;
  writtenAt: number;
}

/** What the archive that answers for a line did in service, and the one before it: counted here, told in reports. */
export interface Served {
  of(line: string): { served?: ServedReport; servedBefore?: ServedReport };
  /** The whole agent takes so much while these models answer. */
  weighed(memoryMb: number): void;
  /** Hands everything counted to the next commit; a clean stop loses nothing. */
  keep(): void;
}

export interface ServedDeps {
  store: Store;
  clock: Clock;
  outbox: Pick<Outbox, 'writeSoon'>;
  predictor: Pick<Predictor, 'get' | 'listen' | 'loaded'>;
  onDamaged?: OnDamaged;
}

/** A crash forgets so much of the counts at most: they cost no write of their own with every prediction. */
const WRITE_EVERY_MS = 60_000;
const MICROS = 1000;
const P95 = 0.95;

export async function createServed(deps: ServedDeps): Promise<Served> {
  const { clock, outbox, predictor } = deps;
  const lines = new Map<string, Line>();
  for (const [key, { now, before }] of await readAll(deps.store, SERVED, storedLine, deps.onDamaged)) {
    lines.set(key.slice(SERVED.length), { now: opened(now), before: before && opened(before), writtenAt: clock.now() });
  }

  /** Undefined for the late answer of a model that was swapped out: its time is over. */
  const lineOf = (model: LoadedModel): Line | undefined => {
    if (predictor.get(model.line) !== model) return undefined;
    const known = lines.get(model.line);
    if (known?.now.sha256 === model.sha256) return known;
    const { sha256 } = model;
    const now: Archive = {
      sha256,
      since: clock.now(),
      predictions: 0,
      errors: 0,
      calls: new Uint32Array(LATENCY_BINS),
    };
    const fresh: Line = { now, before: known?.now, writtenAt: -Infinity };
    lines.set(model.line, fresh);
    return fresh;
  };

  const write = (name: string, line: Line, at: number) => {
    line.writtenAt = at;
    outbox.writeSoon({ latest: { [servedKey(name)]: () => stored(lineOnDisk(lines.get(name) ?? line)) } });
  };
  const writeWhenDue = (name: string, line: Line) => {
    const at = clock.now();
    // A clock that was set back must not hold the counts in memory until it has caught up.
    if (Math.abs(at - line.writtenAt) >= WRITE_EVERY_MS) write(name, line, at);
  };

  predictor.listen({
    predicted(model, records, _predictions, tookMs) {
      const line = lineOf(model);
      if (line === undefined || records.length === 0) return;
      const { now } = line;
      const bin = latencyBin((tookMs * MICROS) / records.length);
      now.predictions += records.length;
      now.calls[bin]! += 1;
      writeWhenDue(model.line, line);
    },
    failed(model, error, records) {
      if (!isModelFault(error)) return;
      const line = lineOf(model);
      if (line === undefined) return;
      line.now.errors += records;
      writeWhenDue(model.line, line);
    },
  });

  return {
    of(name) {
      const line = lines.get(name);
      const running = predictor.get(name);
      if (line === undefined || running === undefined) return {};
      // The model that answers has not been asked yet: what is known is of the one before it.
      if (line.now.sha256 !== running.sha256) return { servedBefore: reportOf(line.now) };
      return { served: reportOf(line.now), ...(line.before && { servedBefore: reportOf(line.before) }) };
    },
    weighed(memoryMb) {
      for (const { line: name, sha256 } of predictor.loaded()) {
        const line = lines.get(name);
        if (line?.now.sha256 === sha256) line.now.memoryMb = memoryMb;
      }
    },
    keep() {
      for (const [name, line] of lines) write(name, line, clock.now());
    },
  };
}

function reportOf({ sha256, since, predictions, errors, memoryMb, calls }: Archive): ServedReport {
  const p95 = latencyQuantile(calls, P95);
  return {
    sha256,
    since,
    predictions,
    errors,
    ...(p95 !== undefined && { p95Micros: Math.round(p95) }),
    ...(memoryMb !== undefined && { memoryMb }),
  };
}

function opened(one: z.infer<typeof archive>): Archive {
  const calls = new Uint32Array(LATENCY_BINS);
  for (const [bin, times] of one.calls) calls[bin] = times;
  return { ...one, calls };
}

function lineOnDisk({ now, before }: Line): z.infer<typeof storedLine> {
  return { now: onDisk(now), ...(before && { before: onDisk(before) }) };
}

function onDisk(one: Archive): z.infer<typeof archive> {
  return { ...one, calls: [...one.calls.entries()].filter(([, times]) => times > 0) };
}
