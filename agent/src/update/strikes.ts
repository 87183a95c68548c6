import type { RefusalReason } from '@plumbline/shared/update';
import type { UpdateModel } from './model.ts';

/** After so many failures the same bytes are not tried, or not fetched, again. */
export const MAX_STRIKES = 3;
/** Hashes that are remembered per line, the newest last. */
const MAX_REMEMBERED = 16;

/** Refusals that cost a process, or would cost one again: bytes that fail so are counted. */
const COUNTED: ReadonlySet<RefusalReason> = new Set([
  'model_unloadable',
  'self_test_timeout',
  'unclean_exits',
  'errors_in_service',
]);

type Strikes = NonNullable<UpdateModel['strikes']>;

/** How often these bytes (an archive, or a payload) have failed here since they were last committed. */
export function strikesOf({ strikes = [] }: Pick<UpdateModel, 'strikes'>, sha256: string | undefined): number {
  return strikes.find((one) => one.sha256 === sha256)?.count ?? 0;
}

/** One failure more. It outlives the assignment: the same bytes under a new number are the same bytes. */
export function struck(model: Pick<UpdateModel, 'strikes'>, sha256: string | undefined): { strikes?: Strikes } {
  const { strikes = [] } = model;
  if (sha256 === undefined) return model.strikes === undefined ? {} : { strikes };
  const others = strikes.filter((one) => one.sha256 !== sha256).slice(1 - MAX_REMEMBERED);
  return { strikes: [...others, { sha256, count: strikesOf(model, sha256) + 1 }] };
}

/** The past is forgiven to bytes that came through; `undefined` when nothing is held against any. */
export function forgiven({ strikes = [] }: Pick<UpdateModel, 'strikes'>, ...hashes: (string | undefined)[]) {
  const left = strikes.filter(({ sha256 }) => !hashes.includes(sha256));
  return { strikes: left.length === 0 ? undefined : left };
}

export function isCounted(reason: RefusalReason): boolean {
  return COUNTED.has(reason);
}
