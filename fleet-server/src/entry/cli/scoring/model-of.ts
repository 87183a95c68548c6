import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { CodedError } from '@plumbline/shared/errors';
import { sha256Hex, type PublicKey } from '@plumbline/shared/trust';
import { builderKeysOf } from '../../../supply/keys/index.ts';
import { openBare, openSealed, type ResolvedBundle, type ScorableModel } from '../../../learning/scoring/index.ts';
import type { Workbench } from '../../../workbench.ts';
import { connect, type Global } from '../connection.ts';
import { readModelFile } from '../models/read-model-file.ts';

export interface ModelFlags {
  model: string;
  mapping?: string;
  variant?: string;
  server?: boolean;
  unverified?: boolean;
}

/**
 * The model that a person means: a bundle or ONNX file, or a version by the state folder or the running server.
 * @throws CodedError `config_invalid` for a bare file without `--mapping` or `--unverified`; as `openSealed`, `resolveModel`
 */
export async function modelOf(bench: Workbench, flags: ModelFlags, global: Global): Promise<ScorableModel> {
  const { model, mapping } = flags;
  if (/\.onnx$/i.test(model)) {
    if (mapping === undefined) throw wrong('mapping', 'an ONNX file does not say what its inputs mean', 'a YAML file');
    if (flags.unverified !== true) {
      throw wrong('unverified', 'nobody sealed an ONNX file', '--unverified, to say that you know');
    }
    return openBare(await readModelFile(model), parse(await readFile(mapping, 'utf8')));
  }
  if (/\.plb$/i.test(model) || (existsSync(model) && !model.includes('@'))) {
    const keys = flags.unverified === true ? undefined : await builderKeysOf(join(resolve(global.state), 'keys'));
    return openSealed(await readModelFile(model), keys);
  }
  if (flags.server === true) return fromServer(flags, global);
  return bench.resolveModel(global.state, model, { variant: flags.variant, unreleased: flags.unverified });
}

/** The server says which bundle it is and who may have sealed it; the bytes are judged here. */
async function fromServer({ model, variant }: ModelFlags, global: Global): Promise<ScorableModel> {
  const client = await connect(global);
  const query = new URLSearchParams({ model, ...(variant !== undefined && { variant }) });
  const found = await client.get<ResolvedBundle & { sealKeys: PublicKey[] }>(`/api/v1/scoring/bundle?${query}`);
  const archive = await client.bytes(`/api/v1/artifacts/${found.sha256}`);
  if (sha256Hex(archive) !== found.sha256) {
    throw new CodedError('bundle_malformed', `${model}: not the bytes that were asked for`, {
      kind: 'refused',
      field: 'model',
      expected: found.sha256,
    });
  }
  return openSealed(archive, () => found.sealKeys);
}

function wrong(field: string, what: string, expected: string): CodedError {
  return new CodedError('config_invalid', `--${field}: ${what}`, { field, expected });
}
