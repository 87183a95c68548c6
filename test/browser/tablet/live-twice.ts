import { createRandom } from '../../../fleet-server/src/supply/onnx/export/random-models.ts';
import { createFleet, forestModel, readBooks } from '../../harness/index.ts';
import { required } from '../../harness/services/index.ts';
import type { EngineKind } from '../../harness/engines/index.ts';
import { serveFiles } from '../serve-files.ts';
import { buildApp } from './build-app.ts';

export interface Said {
  score: number;
  reasons: string[];
}

/** What one tablet saw in two lives of its browser, and what the server and a gateway know. */
export interface TwoLives {
  /** Of the engine. */
  version: string;
  capabilities: unknown;
  enrolled: unknown;
  /** After the browser was killed and while the broker was away. */
  again: { device: string; connected: boolean; unsent: number };
  /** Before the kill and after it; `gateway` answers the same rows. */
  answers: Said[][];
  gateway: Said[];
  /** Entries that were said to be kept, and how often the server has each. */
  kept: string[];
  delivered: (number | undefined)[];
}

const ROWS = 200;
const WITHIN_MS = 180_000;

/**
 * Enrols this engine against a real server over TLS, whose authority it is told to believe, lets it fetch and prove a
 * model, cuts the broker, kills the browser after so many entries, and opens it again on what its disk still knows.
 */
export async function liveTwice(kind: EngineKind, entries = 20): Promise<TwoLives> {
  await using world = new AsyncDisposableStack();
  const done = Promise.withResolvers<void>();
  const lives: Partial<TwoLives> & Pick<TwoLives, 'answers' | 'kept'> = { answers: [], kept: [] };
  let phase: unknown;
  let isCut = false;
  const trouble: unknown[] = [];
  const random = createRandom(11);
  const rows = Array.from({ length: ROWS }, () => ({ a: random() * 4 - 2, b: random() * 4 - 2 }));

  const take = async (request: Request): Promise<Response> => {
    const asked = answers[new URL(request.url).pathname.slice(1)];
    const body = (await request.json()) as never;
    try {
      return Response.json((await asked?.(body)) ?? {});
    } catch (error) {
      done.reject(error);
      return new Response(null, { status: 500 });
    }
  };
  const web = world.use(await serveFiles(await buildApp('by-itself.ts'), { take }));
  const fleet = world.use(await createFleet({ environment: { PLUMBLINE_TABLET_ORIGINS: web.url } }));
  const version = await fleet.publish(forestModel('delay'));
  const gateway = await fleet.add('gateway-1');
  await fleet.assign('gateway-1', 'delay', version);
  const answers: Record<string, (body: never) => unknown> = {
    phase: (now) => void (phase = now),
    trouble: (failed) => void trouble.push(failed),
    rows: () => rows,
    capabilities: (found) => void (lives.capabilities = found),
    code: async () => ({ code: await fleet.code('tablet-1') }),
    async enrolled(as) {
      lives.enrolled = as;
      await fleet.assign('tablet-1', 'delay', version);
    },
    answers: (said) => void lives.answers.push(said),
    async cut() {
      await fleet.cut();
      isCut = true;
    },
    async kept({ ref }: { ref: string }) {
      lives.kept.push(ref);
      if (lives.kept.length !== entries) return;
      await engine.kill();
      await engine.open(`${web.url}/#again`);
    },
    again: (seen) => void (lives.again = seen),
    async restore() {
      isCut = false;
      await fleet.restore();
    },
    delivered: () => done.resolve(),
    failed: ({ error }: { error: string }) => done.reject(new Error(`${error}; ${JSON.stringify(trouble)}`)),
  };
  const { caPem } = fleet.server;
  // A server whose broker is away does not end well.
  world.defer(async () => {
    if (isCut) await fleet.restore();
  });
  const engine = required(await kind.start(caPem === undefined ? {} : { caPem }));
  world.defer(() => engine.remove());
  await gateway.reaches('proving', 'delay');
  await engine.open(web.url);
  const late = setTimeout(() => {
    done.reject(new Error(`not there in ${WITHIN_MS} ms: ${JSON.stringify(phase)?.slice(0, 1500)}; ${engine.said()}`));
  }, WITHIN_MS);
  await done.promise.finally(() => clearTimeout(late));
  const records = rows.map((values) => ({ values, asOf: 0 }));
  const said = await gateway.agent.predict(records, { reasons: true });
  const { refs } = await readBooks(fleet.server.fleet.database);
  return {
    ...(lives as TwoLives),
    version: engine.version,
    gateway: said.map(({ score, reasons }) => ({ score, reasons: reasons?.map(({ feature }) => feature) ?? [] })),
    delivered: lives.kept.map((ref) => refs.get(ref)),
  };
}
