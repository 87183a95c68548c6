import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { z } from 'zod';
import { datasets, desc, eq, type ReadDb } from '../../../platform/db/index.ts';
import {
  DatasetError,
  findDataset,
  openDataset,
  registerDataset,
  registerFleetDataset,
  tableRoles,
} from '../../datasets/index.ts';
import { findDataFiles } from '../../datasets/files/find-data-files.ts';
import { PipelineError } from '../errors.ts';
import { defineStep, type PipelineDeps, type StepAnswer } from './kind.ts';

const FORMS = ['dataset', 'files', 'base'] as const;

const inputs = z
  .strictObject({
    dataset: z.string().min(1).max(256).optional().describe('NAME@VERSION, or NAME for the version registered last.'),
    files: z
      .array(z.string().min(1).max(512))
      .min(1)
      .max(100)
      .optional()
      .describe('Files or folders within the folder that pipelines may read from.'),
    name: z.string().min(1).max(200).optional().describe('Of the dataset that the files make.'),
    roles: tableRoles.optional().describe('Which column means what, as in dataset.yaml.'),
    base: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('NAME@VERSION or NAME to which outcomes of the fleet are added.'),
    line: z.string().min(1).max(64).optional().describe('Beside base: the line whose outcomes the sites recorded.'),
  })
  .superRefine((given, context) => {
    const forms = FORMS.filter((form) => given[form] !== undefined);
    if (forms.length !== 1) context.addIssue({ code: 'custom', message: `expected one of ${FORMS.join(', ')}` });
    if (given.base !== undefined && given.line === undefined) {
      context.addIssue({ code: 'custom', path: ['line'], message: 'expected beside base' });
    }
  });

/** Rows: a registered version, a table that is registered, or what the fleet has learned since. */
export const data = defineStep({
  contract: 1,
  inputs,
  takes: { dataset: 'dataset', base: 'dataset' },
  outputs: { dataset: 'dataset', name: 'string', version: 'string', rows: 'number', isNew: 'boolean' },
  async fingerprint(deps, { dataset, files }) {
    if (dataset !== undefined) return (await known(deps, dataset)).version;
    // What the sites have said since is not known before it is asked for.
    if (files === undefined) return undefined;
    return hashesOf(await placesOf(deps, files));
  },
  async run({ deps, pipeline }, { dataset, files, name, roles, base, line }) {
    if (dataset !== undefined) return answer({ ...(await known(deps, dataset)), fresh: false });
    // By the pipeline, whoever ordered the run: so that it is not started by what it registers.
    const actor = `pipeline:${pipeline}`;
    if (files !== undefined) {
      const options = { ...(name !== undefined && { name }), ...(roles !== undefined && { roles }) };
      const opened = await openDataset(await placesOf(deps, files), options);
      return answer({ ...(await registerDataset(deps, actor, opened)), rows: opened.examples.length });
    }
    const start = await known(deps, base!);
    try {
      return answer(await registerFleetDataset(deps, actor, { base: `${start.name}@${start.version}`, line: line! }));
    } catch (error) {
      // Nothing new is a right answer: what follows is taken from earlier runs.
      if (error instanceof DatasetError && error.code === 'dataset_same') return answer({ ...start, fresh: false });
      throw error;
    }
  },
});

function answer({
  name,
  version,
  rows,
  fresh,
}: {
  name: string;
  version: string;
  rows: number;
  fresh: boolean;
}): StepAnswer {
  const says = `${name}@${version.slice(0, 12)}, ${rows} rows${fresh ? ', new' : ''}`;
  return { outputs: { dataset: `${name}@${version}`, name, version, rows, isNew: fresh }, says };
}

async function known({ database }: PipelineDeps, reference: string) {
  const { name, version, rows } = reference.includes('@')
    ? await findDataset(database, reference)
    : await newest(database.db, reference);
  return { name, version, rows };
}

async function newest(db: ReadDb, name: string) {
  const [row] = await db
    .select()
    .from(datasets)
    .where(eq(datasets.name, name))
    .orderBy(desc(datasets.createdAt), desc(datasets.version))
    .limit(1);
  if (row !== undefined) return row;
  throw new DatasetError('dataset_unknown', `no dataset is called ${name}`, {
    kind: 'not-found',
    field: 'dataset',
    expected: 'a registered dataset',
  });
}

/** Paths as they really are, links followed: none leads out of the folder. */
async function placesOf({ folder }: PipelineDeps, files: readonly string[]): Promise<string[]> {
  const root = join(folder, 'data');
  const real = await realpath(root).catch(() => root);
  return Promise.all(
    files.map(async (file) => {
      const place = await realpath(join(root, file)).catch(() => undefined);
      if (place !== undefined && (place === real || place.startsWith(real + sep))) return place;
      throw new PipelineError('pipeline_file_refused', `${file}: not in ${root}`, {
        field: 'files',
        expected: `a file or folder within ${root}`,
      });
    }),
  );
}

/** What the reader would read: tables and schedules, and the roles beside them. */
async function hashesOf(places: readonly string[]): Promise<string[]> {
  const folders = await Promise.all(
    places.map(async (place) => ((await stat(place)).isDirectory() ? place : dirname(place))),
  );
  const roles = [...new Set(folders)].map((folder) => join(folder, 'dataset.yaml'));
  const files = await findDataFiles(places);
  return Promise.all([...files, ...roles].map((path) => hashOf(path).catch(() => 'none')));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
