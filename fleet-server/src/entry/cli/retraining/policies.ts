import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { CodedError, messageOf } from '@plumbline/shared/errors';
import type { KeptPolicy } from '../../../learning/retraining/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

/** `plumbline retrain policy`. */
export function addRetrainPolicies(retrain: Command): void {
  const policy = retrain.command('policy').description('when a line is retrained, and how far that goes by itself');
  policy
    .command('put <file>')
    .description('make the policy of a line what a YAML or JSON file says')
    .action(async (file: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const put = await (
        await connect(global)
      ).post<{ policy: KeptPolicy; action: string; warnings: string[] }>(
        '/api/v1/retraining/policies',
        await readPolicy(file),
      );
      const { policy: kept, action, warnings } = put;
      print(put, global.json, () =>
        [`${kept.line}: ${action}, ${kept.spec.mode}`, ...warnings.map((one) => `warning: ${one}`)].join('\n'),
      );
    });
  policy
    .command('get <line>')
    .description('the policy of a line')
    .action(async (line: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const kept = await (
        await connect(global)
      ).get<KeptPolicy>(`/api/v1/retraining/policies/${encodeURIComponent(line)}`);
      print(kept, global.json, () => JSON.stringify(kept.spec, null, 2));
    });
  policy
    .command('list')
    .description('all policies')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const answer = await (await connect(global)).get<{ policies: KeptPolicy[] }>('/api/v1/retraining/policies');
      print(answer, global.json, () =>
        table(
          ['line', 'mode', 'on', 'revision', 'by'],
          answer.policies.map(({ line, spec, revision, updatedBy }) => [
            line,
            spec.mode,
            Object.keys(spec.on).join(', '),
            revision,
            updatedBy,
          ]),
        ),
      );
    });
}

async function readPolicy(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const message = `${file}: cannot be read`;
    throw new CodedError('file_unreadable', message, { field: 'file', expected: 'a readable file', cause });
  });
  try {
    return parse(text) as unknown;
  } catch (cause) {
    const message = `${file}: ${messageOf(cause).slice(0, 300)}`;
    throw new CodedError('file_malformed', message, { field: 'file', expected: 'YAML or JSON, one document', cause });
  }
}
