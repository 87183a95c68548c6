import type { ActivityState, FieldState, SiteLogEntry, SiteLogField } from '@plumbline/shared/activity';
import type { SiteActivity } from '@plumbline/shared/api/sites';

type EntryOf<F extends SiteLogField> = Extract<SiteLogEntry, { field: F }>;

/** A folded activity as the API gives it: without what the log needs to fold it. */
export function showActivity(state: ActivityState, saidAt: number | null): SiteActivity {
  const { activity, note = [], feedback = [] } = state;
  return {
    activity,
    saidAt,
    plan: standing('plan', state.plan),
    progress: standing('progress', state.progress),
    outcome: standing('outcome', state.outcome),
    notes: note.filter(isOf('note')).map(said),
    feedback: feedback.filter(isOf('feedback')).map(said),
  };
}

function standing<F extends 'plan' | 'progress' | 'outcome'>(field: F, state: FieldState | undefined) {
  if (state === undefined || !isOf(field)(state.entry)) return null;
  return { ...said(state.entry), besides: state.conflicts.filter(isOf(field)).map(said) };
}

function isOf<F extends SiteLogField>(field: F) {
  return (entry: SiteLogEntry): entry is EntryOf<F> => entry.field === field;
}

function said<E extends SiteLogEntry>({
  id,
  actor,
  at,
  value,
}: E): { id: string; actor: string; at: number; value: E['value'] } {
  return { id, actor, at, value };
}
