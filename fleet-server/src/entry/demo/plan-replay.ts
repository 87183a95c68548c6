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
  if (inOrder.length < 2) return undefined;
  const held = new Set(inOrder.slice(-Math.max(1, Math.round(inOrder.length * HELD_OUT_GROUPS))));
  const future = dataset.examples.filter((example) => held.has(example.group));
  const history = { ...dataset, examples: dataset.examples.filter((example) => !held.has(example.group)) };
  const startAt = future.reduce((least, example) => Math.min(least, example.startAt), Infinity);
  return finish(
    history,
    startAt,
    future,
    `${inOrder.length - held.size} groups; the ${held.size} newest are kept for the sites`,
  );
}

function finish(history: Dataset, startAt: number, future: Example[], rule: string): ReplayPlan {
  const names = siteNames(future);
  const inOrder = future
    .map((example) => ({ ...example, site: names.get(example.site) ?? example.site }))
    .toSorted((a, b) => a.startAt - b.startAt || (a.ref < b.ref ? -1 : 1));
  return {
    history,
    startAt,
    endAt: future.reduce((most, example) => Math.max(most, example.knownAt), -Infinity) + DAY_MS,
    future: inOrder,
    sites: [...new Set(inOrder.map((example) => example.site))].toSorted(),
    rule,
  };
}

const LONGEST_NAME = 40;

/** Sites of a dataset have any text for a name; sites of a fleet stand in topics. Names that fall together are numbered. */
function siteNames(examples: readonly Example[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const site of [...new Set(examples.map((example) => example.site))].toSorted()) {
    const plain = site
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, LONGEST_NAME);
    const trimmed = plain.replaceAll(/^-+|-+$/g, '') || 'site';
    let name = trimmed;
    for (let number = 2; taken.has(name); number += 1) name = `${trimmed}-${number}`;
    taken.add(name);
    names.set(site, name);
  }
  return names;
}

export function iso(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
