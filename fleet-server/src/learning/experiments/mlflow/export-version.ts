import { z } from 'zod';
import type { VersionSummary } from '../../../supply/models/index.ts';
import { uploadFiles } from './artifacts.ts';
import { isTheirs } from './errors.ts';
import { exportRun, exportTo, fileOf, type ExportedRun, type RunSource } from './export-run.ts';
import { modelFolder, type ReleasedModel } from './model-folder.ts';
import { answer, type Mlflow } from './rest.ts';
import { tagsOf, type Pair } from './values.ts';

export interface VersionSource {
  version: VersionSummary;
  /** The bundle, judged already. */
  released: ReleasedModel;
  /** Its card as Markdown. */
  card: string;
  /** The run it came from, where one is known; otherwise a run is written that says it was imported. */
  run?: RunSource;
  /** Names that point at it now. */
  aliases: readonly string[];
  /** Where our own server gives the bundle out: its source there when MLflow takes no files. */
  bundleUrl: string;
}

export interface ExportedVersion {
  line: string;
  version: string;
  /** Number that MLflow gave it. */
  mlflowVersion: string;
  mlflowRun: string;
  outcome: 'created' | 'unchanged';
  source: string;
  /** Aliases that were set, and those that MLflow does not take, with the reason. */
  aliases: string[];
  left: { alias: string; reason: string }[];
}

const whole = z.union([z.string(), z.number()]).transform(String);
const modelVersion = z.object({
  version: whole,
  source: z.string().default(''),
  tags: z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]),
});
const createdVersion = z.object({ model_version: modelVersion });
const foundVersions = z.object({
  model_versions: z.array(modelVersion).default([]),
  next_page_token: z.string().optional(),
});
const MARK = 'plumbline.version';

/**
 * Registers a version with the model registry of MLflow: its run, its files in the layout that `mlflow.onnx.load_model`
 * reads, the version, and its aliases. It is found there by its tag `plumbline.version`.
 * @throws as `exportRun`
 */
export async function exportVersion(
  mlflow: Mlflow,
  source: VersionSource,
  experiment?: string,
): Promise<ExportedVersion> {
  const { line, version } = source.version;
  await openRegistered(mlflow, line);
  const run = await runOfVersion(mlflow, source, experiment);
  const { registered, isNew } = await mlflow.retrying(async () => {
    const known = await findVersion(mlflow, line, version);
    if (known !== undefined) return { registered: known, isNew: false };
    const body = { name: line, source: await bringModel(mlflow, source, run), run_id: run.mlflowRun };
    const described = { ...body, tags: tagsOfVersion(source), description: source.card.slice(0, 4000) };
    const made = await mlflow.postOnce('model-versions/create', described);
    return { registered: answer(createdVersion, made, 'model-versions/create').model_version, isNew: true };
  });
  const aliases = await setAliases(mlflow, line, registered.version, source.aliases);
  return {
    line,
    version,
    mlflowVersion: registered.version,
    mlflowRun: run.mlflowRun,
    outcome: isNew ? 'created' : 'unchanged',
    source: registered.source,
    ...aliases,
  };
}

async function openRegistered(mlflow: Mlflow, name: string): Promise<void> {
  try {
    await mlflow.post('registered-models/create', { name, tags: [{ key: 'plumbline.line', value: name }] });
  } catch (error) {
    if (!isTheirs(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
  }
}

/** The newest that carries our version; MLflow numbers its own by the order in which they come. */
async function findVersion(mlflow: Mlflow, line: string, version: string) {
  let token: string | undefined;
  do {
    const query = {
      filter: `name = '${line}'`,
      max_results: '200',
      ...(token === undefined ? {} : { page_token: token }),
    };
    const page = answer(foundVersions, await mlflow.get('model-versions/search', query), 'model-versions/search');
    const found = page.model_versions.find(({ tags }) =>
      tags.some(({ key, value }) => key === MARK && value === version),
    );
    if (found !== undefined) return found;
    token = page.next_page_token || undefined;
  } while (token !== undefined);
  return undefined;
}

async function runOfVersion(
  mlflow: Mlflow,
  { version: model, run, card }: VersionSource,
  experiment: string | undefined,
): Promise<Omit<ExportedRun, 'run' | 'experiment'>> {
  if (run !== undefined) return exportRun(mlflow, run, experiment);
  const name = `${model.line}@${model.version}`;
  return exportTo(mlflow, experiment ?? model.line, {
    mark: { key: 'plumbline.model', value: name },
    name,
    startedAt: model.createdAt,
    endedAt: model.createdAt,
    status: 'FINISHED',
    params: [{ key: 'algorithm', value: model.algorithm }],
    metrics: [],
    tags: tagsOf({
      'mlflow.source.name': 'plumbline',
      'mlflow.source.type': 'JOB',
      'plumbline.kind': 'import',
      'plumbline.result': name,
    }),
    files: [fileOf('card.md', 'text/markdown', Buffer.from(card))],
  });
}

/** Files first, so that a registered version never points at nothing. @returns its source there */
async function bringModel(
  mlflow: Mlflow,
  { released, version, card, bundleUrl }: VersionSource,
  { mlflowRun, artifactUri }: Pick<ExportedRun, 'mlflowRun' | 'artifactUri'>,
): Promise<string> {
  const files = modelFolder(released, { createdAt: version.createdAt, mlflowRun, card });
  const uploaded = await uploadFiles(mlflow, artifactUri, files);
  return uploaded ? `${artifactUri.replace(/\/+$/, '')}/model` : bundleUrl;
}

function tagsOfVersion({ version: model, released, run }: VersionSource): Pair[] {
  return tagsOf({
    [MARK]: model.version,
    'plumbline.counter': String(model.counter),
    'plumbline.variant': released.variant,
    'plumbline.bundle': `sha256:${released.sha256}`,
    'plumbline.sealedBy': released.sealedBy,
    'plumbline.algorithm': model.algorithm,
    'plumbline.predecessor': model.predecessor ?? undefined,
    'plumbline.run': run?.run.id,
    'plumbline.deprecated': model.deprecation?.reason,
  });
}

async function setAliases(mlflow: Mlflow, name: string, version: string, aliases: readonly string[]) {
  const result: Pick<ExportedVersion, 'aliases' | 'left'> = { aliases: [], left: [] };
  for (const alias of aliases) {
    // `_validate_model_alias_name` of MLflow.
    if (!/^[\w-]{1,255}$/.test(alias) || /^latest$/i.test(alias) || /^v\d+$/i.test(alias)) {
      result.left.push({ alias, reason: 'MLflow takes letters, digits, _ and -, but not `latest` and `v1`' });
      continue;
    }
    try {
      await mlflow.post('registered-models/alias', { name, alias, version });
      result.aliases.push(alias);
    } catch (error) {
      if (!isTheirs(error, 'ENDPOINT_NOT_FOUND')) throw error;
      result.left.push({ alias, reason: 'this server knows no aliases (MLflow before 2.3)' });
    }
  }
  return result;
}
