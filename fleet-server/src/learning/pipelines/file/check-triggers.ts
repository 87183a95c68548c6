import { nextTime } from '../../../platform/schedule/index.ts';
import { resolveParameters } from './parameters.ts';
import { referencesIn } from './references.ts';
import { TRIGGERS, type PipelineSpec, type Trigger, type TriggerKind } from './spec.ts';

/** What an event brings, by what it is of: `${{ event.… }}` in `set`. */
export const EVENT_FIELDS: Record<TriggerKind, readonly string[]> = {
  cron: ['at'],
  dataset: ['dataset', 'name', 'version', 'rows'],
  drift: ['model', 'site', 'device', 'reason'],
  alert: ['alert', 'kind', 'subject', 'scope'],
  webhook: ['id', 'commit'],
};

export function kindOfTrigger(trigger: Trigger): TriggerKind {
  return TRIGGERS.find((kind) => trigger[kind] !== undefined) ?? 'webhook';
}

/** What is wrong with the triggers of a pipeline: nobody stands beside when they start a run. */
export function checkTriggers(spec: PipelineSpec): { field: string; message: string }[] {
  return spec.on.flatMap((trigger, index) => {
    const at = `spec.on.${index}`;
    const kind = kindOfTrigger(trigger);
    const problems: { field: string; message: string }[] = [];
    if (trigger.cron !== undefined) {
      try {
        nextTime(trigger.cron, trigger.zone ?? 'UTC', 0);
      } catch (error) {
        problems.push({ field: `${at}.cron`, message: (error as Error).message });
      }
    }
    for (const [name, value] of Object.entries(trigger.set)) {
      const { found, malformed } = referencesIn(value);
      const wrong = found.find((one) => one.source !== 'event' || !EVENT_FIELDS[kind].includes(one.name));
      if (malformed.length > 0 || wrong !== undefined) {
        const expected = EVENT_FIELDS[kind].map((field) => `\${{ event.${field} }}`).join(' | ');
        problems.push({ field: `${at}.set.${name}`, message: `expected ${expected}` });
      } else if (found.length === 0) problems.push(...faultOf(spec, name, value, `${at}.set.${name}`));
      else if (!Object.hasOwn(spec.parameters, name)) {
        problems.push({ field: `${at}.set.${name}`, message: `no parameter ${name}` });
      }
    }
    // A call from outside may bring values of its own.
    if (kind === 'webhook') return problems;
    const missing = Object.entries(spec.parameters).find(
      ([name, { default: standard }]) => standard === undefined && !Object.hasOwn(trigger.set, name),
    );
    if (missing !== undefined) {
      problems.push({ field: `${at}.set`, message: `parameter ${missing[0]} has no default and no value here` });
    }
    return problems;
  });
}

function faultOf({ parameters }: PipelineSpec, name: string, value: unknown, field: string) {
  const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (parameter === undefined) return [{ field, message: `no parameter ${name}` }];
  try {
    resolveParameters({ [name]: parameter }, { [name]: value });
    return [];
  } catch (error) {
    return [{ field, message: (error as Error).message }];
  }
}
