import { checkPorts, EVERY_PORT, ROOM_BYTES } from '../browser/ports/check-ports.ts';
import { liveTwice } from '../browser/tablet/live-twice.ts';
import { ENGINES, type EngineKind } from '../harness/engines/index.ts';
import { required } from '../harness/services/index.ts';
import { runSuites, summary } from '../runtimes/core-suites/run-suites.ts';
import { selectQuick } from '../runtimes/core-suites/select-suites.ts';

const TOLERANCE = 1e-4;
const SUITES_MS = 300_000;
interface Tally {
  passed: number;
  failed: number;
}

/** Every port, the suites of the core, and two lives of a tablet, in each engine that Debian packages. */
export async function run(): Promise<Tally> {
  const all: Tally = { passed: 0, failed: 0 };
  for (const kind of ENGINES) {
    for (const part of [suitesOf, livesOf]) {
      const { passed, failed } = await part(kind).catch((error: unknown) => {
        console.log(`${kind.name}: ${String(error)}`);
        return { passed: 0, failed: 1 };
      });
      all.passed += passed;
      all.failed += failed;
    }
  }
  return all;
}

async function suitesOf(kind: EngineKind): Promise<Tally> {
  const engine = required(await kind.start({ roomBytes: ROOM_BYTES }));
  try {
    const { suites, nodeOnly } = await selectQuick();
    const core = await runSuites(engine, suites, { withinMs: SUITES_MS });
    const outcomes = [...core, ...(await checkPorts(engine, EVERY_PORT))];
    const failures = outcomes.flatMap((one) => one.failures);
    for (const { test, error } of failures) console.log(`${kind.name}: ${test}: ${error}`);
    console.log(summary(outcomes, nodeOnly, engine.version));
    return { passed: outcomes.reduce((sum, one) => sum + one.passed, 0), failed: failures.length };
  } finally {
    await engine.remove();
  }
}

async function livesOf(kind: EngineKind): Promise<Tally> {
  const { again, answers, gateway, kept, delivered, version } = await liveTwice(kind);
  const apart = answers.flatMap((said) =>
    said.map(({ score }, n) => Math.abs(score - (gateway[n]?.score ?? Infinity))),
  );
  const order = (all: typeof gateway) => JSON.stringify(all.map(({ reasons }) => reasons));
  const claims: Record<string, boolean> = {
    'is the same tablet after the kill, offline': again.device === 'tablet-1' && !again.connected,
    'answers as a gateway, before and after it': answers.length === 2 && Math.max(...apart) <= TOLERANCE,
    'names the reasons in the same order': answers.every((said) => order(said) === order(gateway)),
    'delivers every kept entry once': kept.length > 0 && delivered.every((times) => times === 1),
  };
  const failed = Object.entries(claims).filter(([, holds]) => !holds);
  for (const [claim] of failed) console.log(`${kind.name}: not so: ${claim}`);
  console.log(`two lives in ${version}, over TLS`);
  return { passed: Object.keys(claims).length - failed.length, failed: failed.length };
}
