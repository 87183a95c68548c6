import { labelsKnownBefore, type Dataset, type Example } from '../../learning/datasets/index.ts';

/** How a dataset is told as a story: what the first model may learn from, and what the sites then live through. */
export interface ReplayPlan {
  /** Rows the first model is trained on. */
  history: Dataset;
  /** The clock starts here; nothing known later is used before its time. */
  startAt: number;
  endAt: number;
  /** Rows the devices will see, in order of start. */
  future: Example[];
  sites: string[];
  /** How history and future were told apart, in words. */
  rule: string;
}

const ENOUGH_LABELS = 500;
const SMALL_SHARE = 0.25;
/** Share of the groups that the devices of a grouped dataset replay. */
const HELD_OUT_GROUPS = 0.2;
const DAY_MS = 86_400_000;

/** `undefined` when the rows have no time to be replayed along. */
export function planReplay(dataset: Dataset): ReplayPlan | undefined {
  if (dataset.split === 'stratified') return undefined;
  return dataset.split === 'group' ? replayNewestGroups(dataset) : replayFromYear(dataset);
}

/** Learn from the labels known before a New Year, the first one with enough of them; live through the rest. */
function replayFromYear(dataset: Dataset): ReplayPlan | undefined {
  const known = dataset.examples.map((example) => example.knownAt).toSorted((a, b) => a - b);
  const enough = Math.min(ENOUGH_LABELS, Math.floor(known.length * SMALL_SHARE));
  const reached = known[enough];
  if (reached === undefined) return undefined;
  const startAt = Date.UTC(new Date(reached).getUTCFullYear() + 1, 0, 1);
  const future = dataset.examples.filter((example) => example.knownAt >= startAt);
  if (future.length === 0) return undefined;
  const history = { ...dataset, examples: labelsKnownBefore(dataset, startAt) };
  return finish(history, startAt, future, `labels known before ${iso(startAt)}`);
}

/** Learn from the earlier groups, live through the newest ones: no group stands on both sides. */
function replayNewestGroups(dataset: Dataset): ReplayPlan | undefined {
  const begins = new Map<string, number>();
  for (const { group, startAt } of dataset.examples)
    begins.set(group, Math.min(begins.get(group) ?? Infinity, startAt));
  const inOrder = [...begins].toSorted((a, b) => a[1] - b[1]).map(([group]) => group);
  const held = new Set(inOrder.slice(-Math.max(1, Math.round(inOrder.length * HELD_OUT_GROUPS))));
  const future = dataset.examples.filter((example) => held.has(example.group));
  const history = { ...dataset, examples: dataset.examples.filter((example) => !held.has(example.group)) };
  const startAt = Math.min(...future.map((example) => example.startAt)) - DAY_MS;
  return finish(
    history,
    startAt,
    future,
    `${inOrder.length - held.size} groups; the ${held.size} newest are kept for the sites`,
  );
}

function finish(history: Dataset, startAt: number, future: Example[], rule: string): ReplayPlan {
  const inOrder = future.toSorted((a, b) => a.startAt - b.startAt || (a.ref < b.ref ? -1 : 1));
  return {
    history,
    startAt,
    endAt: Math.max(...future.map((example) => example.knownAt)) + DAY_MS,
    future: inOrder,
    sites: [...new Set(inOrder.map((example) => example.site))].toSorted(),
    rule,
  };
}

export function iso(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
