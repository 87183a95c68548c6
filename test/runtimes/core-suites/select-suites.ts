import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface SuiteSelection {
  /** Paths from the root of the repository. */
  suites: string[];
  /** Suites that a browser cannot run, with the reason in words. */
  nodeOnly: { suite: string; reason: string }[];
}

/** What a suite asks of Node, and why there is no doing it in a page. */
const NODE_REASONS: Record<string, string> = {
  'node:child_process': 'starts another program to compare with',
  'node:crypto': 'compares with the cryptography of Node',
  'node:fs': 'reads files',
  'node:fs/promises': 'reads files',
};

const FASTER_THAN_A_PAGE =
  'its virtual clock waits for promises only, and a page reads the body of a response in turns of its event loop';
const LOADS_LATER =
  'its virtual clock waits for promises only, and a page loads the reader of ONNX, wanted with the first reasons, in turns of its event loop';

/** Suites that need Node for their clock or their order, not for what they test. */
const OTHER_REASONS: Record<string, string> = {
  'agent/src/agent.test.ts': LOADS_LATER,
  'agent/src/enrol.test.ts': FASTER_THAN_A_PAGE,
  'agent/src/enrolment/renew.test.ts': FASTER_THAN_A_PAGE,
};

/** What takes more than two seconds on a slow computer, or measures time: left to `npm run soak -- core-suites`. */
const LONG = [
  'agent/src/lines/loop-breaker.test.ts',
  'agent/src/lines/waits.test.ts',
  'shared/src/activity/network/calculate.test.ts',
  'shared/src/drift/assess.test.ts',
  'shared/src/trust/image/linear.test.ts',
];

const QUICK = [
  ...['lines', 'link', 'observe', 'predict', 'trust', 'update'].map((room) => `agent/src/${room}`),
  ...['activity', 'drift', 'manifest', 'predict', 'trust', 'wire'].map((room) => `shared/src/${room}`),
];

/** What is run in every `npm test`. */
export const selectQuick = () => selectSuites(QUICK, LONG);

/** What an engine of its own could get wrong first: signatures and numbers. */
export const selectSignaturesAndNumbers = () =>
  selectSuites(['agent/src/predict', 'shared/src/predict', 'shared/src/trust/signing']);

/** Everything, the whole agent on its virtual clock too. */
export const selectAll = () => selectSuites(['agent/src', 'shared/src']);

/**
 * The test files of the agent's core and of `shared` below one of these folders. A suite is free to ask Node for a
 * second opinion; what it tests is not: a source that imports `node:` is no reason to leave its suite out.
 *
 * @param below folders or files from the root of the repository
 * @param except files that are not wanted now
 */
async function selectSuites(below: readonly string[], except: readonly string[] = []): Promise<SuiteSelection> {
  const found: string[] = [];
  for await (const path of glob(['agent/src/**/*.test.ts', 'shared/src/**/*.test.ts'], { cwd: ROOT })) found.push(path);
  const wanted = found
    .filter((path) => !/^agent\/src\/(node|browser)\//.test(path))
    .filter((path) => below.some((folder) => path === folder || path.startsWith(`${folder}/`)))
    .filter((path) => !except.includes(path))
    .toSorted();
  const selection: SuiteSelection = { suites: [], nodeOnly: [] };
  for (const suite of wanted) {
    const text = await readFile(`${ROOT}/${suite}`, 'utf8');
    const asked = [...text.matchAll(/(?:from|import\()\s*'(node:[a-z_/]+)'/g)].map(([, name = '']) => name);
    const reasons = [...new Set(asked)].map((name) => `${NODE_REASONS[name] ?? 'asks something of Node'} (${name})`);
    reasons.push(...(OTHER_REASONS[suite] === undefined ? [] : [OTHER_REASONS[suite]]));
    if (reasons.length === 0) selection.suites.push(suite);
    else selection.nodeOnly.push({ suite, reason: reasons.join(', ') });
  }
  return selection;
}
