import { nextKey, type Draft } from '../plan/draft.ts';

const PLACE = 'plumbline-rollout-draft';

/** What was typed survives a page that is loaded anew, in this tab. */
export function keepDraft(draft: Draft): void {
  sessionStorage.setItem(PLACE, JSON.stringify(draft));
}

export function keptDraft(): Draft | undefined {
  const kept = sessionStorage.getItem(PLACE);
  if (kept === null) return undefined;
  const draft = JSON.parse(kept) as Draft;
  return {
    ...draft,
    stages: draft.stages.map((stage) => ({ ...stage, key: nextKey() })),
    freezes: draft.freezes.map((freeze) => ({ ...freeze, key: nextKey() })),
  };
}

export function forgetDraft(): void {
  sessionStorage.removeItem(PLACE);
}
