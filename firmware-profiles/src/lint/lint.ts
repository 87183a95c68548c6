import { deviceSettings } from '@plumbline/shared/trust';
import { compose, type JsonObject } from '../compose.ts';
import { profile } from '../schema.ts';
import { checkOrder } from './order.ts';
import type { Finding, Problem } from './problem.ts';
import { checkSources } from './sources.ts';
import { readText } from './text.ts';

export interface LintInput {
  /** Text of every JSON file below `profiles/` and `templates/`, by its path in the package. */
  files: ReadonlyMap<string, string>;
  /** What `src/catalogue.ts` hands to the program, by the same paths. */
  catalogue: Readonly<Record<string, unknown>>;
}

interface Entry {
  file: string;
  value: JsonObject;
  isTemplate: boolean;
}

/** All problems of the profiles and templates, in the order of the files. Pure: the caller reads the folder. */
export function lint({ files, catalogue }: LintInput): Problem[] {
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  for (const [file, text] of files) {
    const { value, findings } = readText(text);
    problems.push(...at(file, findings));
    if (value) entries.push({ file, value, isTemplate: file.startsWith('templates/') });
  }
  for (const entry of entries) {
    problems.push(...at(entry.file, [...place(entry), ...unique(entry, entries), ...checkOrder(entry.value)]));
    problems.push(...at(entry.file, entry.isTemplate ? template(entry, entries) : content(entry, entries)));
  }
  return [...problems, ...agreement(entries, catalogue)];
}

function at(file: string, findings: readonly Finding[]): Problem[] {
  return findings.map((finding) => ({ file, ...finding }));
}

/** File name = id, folder = vendor. */
function place({ file, value, isTemplate }: Entry): Finding[] {
  const id = String(value['id']);
  const vendor = String(value['vendor'])
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  const expected = isTemplate ? `templates/${id}.json` : `profiles/${vendor}/${id}.json`;
  return file === expected ? [] : [{ field: 'id', problem: `by its id and vendor the file belongs at ${expected}` }];
}

function unique({ file, value }: Entry, entries: readonly Entry[]): Finding[] {
  const other = entries.find((entry) => entry.file !== file && entry.value['id'] === value['id']);
  return other ? [{ field: 'id', problem: `is used by ${other.file} as well` }] : [];
}

function template({ file, value }: Entry, entries: readonly Entry[]): Finding[] {
  const used = entries.some((entry) => entry.value['extends'] === value['id']);
  return [
    ...('extends' in value
      ? [{ field: 'extends', problem: `a template stands alone and ${file} extends another` }]
      : []),
    ...(used ? [] : [{ field: 'id', problem: 'no profile extends this template' }]),
  ];
}

/** The schema over profile and template together, then what no schema can say. */
function content({ value }: Entry, entries: readonly Entry[]): Finding[] {
  const name = value['extends'];
  const family = entries.find((entry) => entry.isTemplate && entry.value['id'] === name)?.value;
  if (name !== undefined && !family) return [{ field: 'extends', problem: `there is no template ${String(name)}` }];
  const checked = profile.safeParse(compose(family, value));
  if (!checked.success) {
    return checked.error.issues.map((issue) => ({ field: issue.path.join('.'), problem: issue.message }));
  }
  const unbounded = deviceSettings
    .keyof()
    .options.filter((setting) => checked.data.bounds[setting] === undefined)
    .map((setting) => ({
      field: `bounds.${setting}`,
      problem: 'is missing, so that the device would ignore this setting',
    }));
  return [...unbounded, ...checkSources(checked.data)];
}

function agreement(entries: readonly Entry[], catalogue: Readonly<Record<string, unknown>>): Problem[] {
  const file = 'src/catalogue.ts';
  const missing = entries
    .filter((entry) => JSON.stringify(catalogue[entry.file]) !== JSON.stringify(entry.value))
    .map((entry) => ({ file, field: entry.file, problem: 'is not imported under this path' }));
  const extra = Object.keys(catalogue)
    .filter((path) => !entries.some((entry) => entry.file === path))
    .map((path) => ({ file, field: path, problem: 'is imported, but is not in the folder' }));
  return [...missing, ...extra];
}
