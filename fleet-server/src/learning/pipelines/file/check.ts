import type { StepKinds } from '../steps/index.ts';
import type { StepKind, ValueType } from '../steps/kind.ts';
import { checkTriggers } from './check-triggers.ts';
import { parseCondition } from './condition.ts';
import { resolveParameters } from './parameters.ts';
import { malformedAll } from './read-file.ts';
import { referencesIn, resolveReferences, type Path, type PlacedReference, type Reference } from './references.ts';
import type { PipelineSpec, Scalar, Step } from './spec.ts';

/** Steps in an order in which each comes after what it needs. */
export interface CheckedPipeline {
  steps: CheckedStep[];
}

export interface CheckedStep extends Step {
  /** Named ones and those whose outputs it takes. */
  after: string[];
  /** Those whose outputs it takes: it is skipped with them. */
  takesFrom: string[];
}

export interface Problem {
  field: string;
  message: string;
}

/** Stands for an output that nobody knows yet, to see whether a step would take it. */
const SAMPLES: Record<ValueType, Scalar> = {
  string: 'x',
  number: 1,
  boolean: true,
  dataset: `x@${'0'.repeat(8)}`,
  release: 'x@1.0.0',
  trained: 'x',
  evaluated: 'x',
  registered: 'x',
  optimized: 'x',
};
const NAMES_OF_STEPS_ONLY = ['parameters', 'event'];
const KEPT: readonly ValueType[] = ['trained', 'evaluated', 'registered', 'optimized'];
const LITERAL: readonly ValueType[] = ['dataset', 'release'];

/**
 * Everything that can be known before anything runs: names, references and their types, cycles, what each step takes.
 * @param set values of parameters, for a run; without them only their types are known
 * @throws PipelineError `pipeline_malformed` with the path of each problem, `pipeline_parameter`
 */
export function checkPipeline(
  spec: PipelineSpec,
  kinds: StepKinds,
  set?: Readonly<Record<string, unknown>>,
): CheckedPipeline {
  const values = set && resolveParameters(spec.parameters, set);
  const problems: Problem[] = [...checkDefaults(spec), ...checkTriggers(spec)];
  const byName = new Map<string, Step>();
  spec.steps.forEach((step, index) => {
    const at = `spec.steps.${index}`;
    if (byName.has(step.name)) problems.push({ field: `${at}.name`, message: `two steps are called ${step.name}` });
    if (NAMES_OF_STEPS_ONLY.includes(step.name)) {
      problems.push({ field: `${at}.name`, message: `${step.name} means something else in references` });
    }
    byName.set(step.name, step);
    if (!Object.hasOwn(kinds, step.uses)) {
      problems.push({
        field: `${at}.uses`,
        message: `no step ${step.uses}; expected ${Object.keys(kinds).join(' | ')}`,
      });
    }
  });
  const scope: Scope = { spec, kinds, byName, values };
  const steps = spec.steps.map((step, index) => checkStep(scope, step, ['spec', 'steps', index], problems));
  if (problems.length > 0) throw malformedAll(problems);
  return { steps: inOrder(steps, spec) };
}

interface Scope {
  spec: PipelineSpec;
  kinds: StepKinds;
  byName: ReadonlyMap<string, Step>;
  values: Readonly<Record<string, Scalar>> | undefined;
}

function checkDefaults({ parameters }: PipelineSpec): Problem[] {
  return Object.entries(parameters).flatMap(([name, one]) => {
    if (one.default === undefined) return [];
    try {
      resolveParameters({ [name]: one }, {});
      return [];
    } catch (error) {
      return [{ field: `spec.parameters.${name}.default`, message: (error as Error).message }];
    }
  });
}

function checkStep(scope: Scope, step: Step, at: Path, problems: Problem[]): CheckedStep {
  const { found, malformed } = referencesIn({ with: step.with, when: step.when }, at);
  for (const path of malformed) {
    problems.push({ field: path.join('.'), message: 'expected ${{ STEP.OUTPUT }} or ${{ parameters.NAME }}' });
  }
  const known: PlacedReference[] = [];
  for (const one of found) {
    const fault = faultOf(scope, step, one);
    if (fault === undefined) known.push(one);
    else problems.push({ field: one.path.join('.'), message: fault });
  }
  step.needs.forEach((name, index) => {
    if (scope.byName.has(name) && name !== step.name) return;
    const steps = [...scope.byName.keys()].join(' | ');
    problems.push({ field: [...at, 'needs', index].join('.'), message: `no other step ${name}; expected ${steps}` });
  });
  if (step.when !== undefined && parseCondition(step.when) === undefined) {
    problems.push({
      field: [...at, 'when'].join('.'),
      message: 'expected one value, or two and ==, !=, <, <=, > or >=',
    });
  }
  const kind = Object.hasOwn(scope.kinds, step.uses) ? scope.kinds[step.uses] : undefined;
  if (kind !== undefined && known.length === found.length) checkInputs(scope, step, kind, known, at, problems);
  const takesFrom = [...new Set(known.map(({ source }) => source).filter((source) => source !== 'parameters'))];
  return { ...step, takesFrom, after: [...new Set([...step.needs, ...takesFrom])] };
}

function faultOf({ spec, kinds, byName }: Scope, step: Step, { source, name }: PlacedReference): string | undefined {
  if (source === 'event') return 'event is known in `set` of a trigger only';
  if (source === 'parameters') {
    if (Object.hasOwn(spec.parameters, name)) return undefined;
    return `no parameter ${name}; expected ${Object.keys(spec.parameters).join(' | ') || 'none, there are no parameters'}`;
  }
  if (source === step.name) return 'a step cannot take its own outputs';
  const other = byName.get(source);
  if (other === undefined) return `no step ${source}; expected ${[...byName.keys()].join(' | ')}`;
  const kind = Object.hasOwn(kinds, other.uses) ? kinds[other.uses] : undefined;
  if (kind === undefined || Object.hasOwn(kind.outputs, name)) return undefined;
  return `${source} has no output ${name}; expected ${Object.keys(kind.outputs).join(' | ')}`;
}

/** What a step is given against what it takes: types of references, and everything else as far as it is known. */
function checkInputs(
  scope: Scope,
  step: Step,
  kind: StepKind,
  references: readonly PlacedReference[],
  at: Path,
  problems: Problem[],
): void {
  const inside = [...at, 'with'];
  const open = references.filter(({ source }) => scope.values === undefined || source !== 'parameters');
  for (const one of references) {
    const [field] = one.path.slice(inside.length);
    if (one.path[at.length] !== 'with' || field === undefined) continue;
    const message = mismatch(scope, kind.takes[field], one, one.path.length === inside.length + 1);
    if (message !== undefined) problems.push({ field: one.path.join('.'), message });
  }
  for (const [field, taken] of Object.entries(kind.takes)) {
    if (taken === undefined || !KEPT.includes(taken) || step.with[field] === undefined) continue;
    if (references.some(({ path, isWhole }) => isWhole && path.join('.') === [...inside, field].join('.'))) continue;
    problems.push({
      field: [...inside, field].join('.'),
      message: `expected the output of a step: \${{ STEP.${taken} }}`,
    });
  }
  const given = resolveReferences(step.with, (one) => valueOrSample(scope, one));
  for (const { path, code, message } of kind.inputs.safeParse(given).error?.issues ?? []) {
    const full = [...inside, ...path.map((one) => (typeof one === 'symbol' ? String(one) : one))].join('.');
    // Of what stands behind a reference only the type is known, not the value.
    const isOpen = open.some((one) => full === one.path.join('.') || full.startsWith(`${one.path.join('.')}.`));
    if (!isOpen || code === 'invalid_type') problems.push({ field: full, message });
  }
}

function mismatch(
  scope: Scope,
  taken: ValueType | undefined,
  reference: PlacedReference,
  isField: boolean,
): string | undefined {
  const type = typeOf(scope, reference);
  if (KEPT.includes(type)) {
    if (isField && reference.isWhole && taken === type) return undefined;
    return `is ${articled(type)}; expected ${articled(taken ?? 'string')}`;
  }
  if (!isField || taken === undefined || type === taken) return undefined;
  // A name with its version may be written, or come as a text.
  if (LITERAL.includes(taken) && (type === 'string' || !reference.isWhole)) return undefined;
  return `is ${articled(type)}; expected ${articled(taken)}`;
}

function typeOf({ spec, kinds, byName }: Scope, { source, name }: Reference): ValueType {
  if (source !== 'parameters') return kinds[byName.get(source)!.uses]!.outputs[name]!;
  const { type } = spec.parameters[name]!;
  return type === 'integer' ? 'number' : type;
}

function valueOrSample(scope: Scope, reference: Reference): Scalar {
  if (reference.source === 'parameters' && scope.values !== undefined) return scope.values[reference.name]!;
  return SAMPLES[typeOf(scope, reference)];
}

function articled(type: ValueType): string {
  return /^[aeo]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** Kahn's order, the order of the file among those that may come next. */
function inOrder(steps: readonly CheckedStep[], { steps: written }: PipelineSpec): CheckedStep[] {
  const ordered: CheckedStep[] = [];
  const done = new Set<string>();
  while (ordered.length < steps.length) {
    const next = steps.find(({ name, after }) => !done.has(name) && after.every((one) => done.has(one)));
    if (next === undefined) {
      const stuck = steps.filter(({ name }) => !done.has(name)).map(({ name }) => name);
      const index = written.findIndex(({ name }) => name === stuck[0]);
      throw malformedAll([
        { field: `spec.steps.${index}`, message: `a cycle: ${stuck.join(', ')} wait for each other` },
      ]);
    }
    ordered.push(next);
    done.add(next.name);
  }
  return ordered;
}
