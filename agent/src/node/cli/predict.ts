import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { messageOf } from '@plumbline/shared/errors';
import { z } from 'zod';
import { configOf } from '../config.ts';
import { NodeAgentError } from '../errors.ts';
import { openStateFolder } from '../storage/state-folder.ts';
import { print, table } from './output.ts';
import { findRunningAgent } from './running-agent.ts';

const answer = z.looseObject({
  predictions: z.array(
    z.looseObject({
      activity: z.string().optional(),
      line: z.string(),
      version: z.string(),
      score: z.number(),
      unit: z.string().optional(),
      label: z.string().optional(),
      reasons: z.array(z.looseObject({ feature: z.string(), contribution: z.number() })).default([]),
    }),
  ),
});

/** `predict FILE`: one record, a list of records, or `{records: […]}`, through the running agent. */
export function addPredict(program: Command): void {
  program
    .command('predict <file>')
    .description('ask the running agent about the records of a JSON file')
    .option('--reasons <n>', 'reasons per record', '3')
    .option('--line <name>', 'model line; may be left out while there is only one')
    .action(async (file: string, own: { reasons: string; line?: string }, command: Command) => {
      const { json, state } = command.optsWithGlobals<{ json: boolean; state?: string }>();
      const folder = openStateFolder(configOf({ state }).stateFolder);
      const body = await readRecords(file);
      const agent = await findRunningAgent(folder.address());
      if (agent === undefined) {
        throw new NodeAgentError('agent_not_running', `no agent runs on ${folder.path}`, {
          kind: 'unavailable',
          field: 'state',
          expected: 'the folder of a running agent: plumbline-agent run',
        });
      }
      const query = new URLSearchParams({ reasons: own.reasons, ...(own.line !== undefined && { line: own.line }) });
      const said = answer.parse(await agent.ask('POST', `/v1/predict?${query}`, body));
      print(said, json, () => describe(said));
    });
}

async function readRecords(file: string): Promise<string> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return JSON.stringify(Array.isArray(value) ? { records: value } : value);
  } catch (cause) {
    throw new NodeAgentError('file_unreadable', `${file}: ${messageOf(cause)}`, {
      field: 'file',
      expected: 'a JSON file with a record, a list of records or {"records": […]}',
      cause,
    });
  }
}

function describe({ predictions }: z.infer<typeof answer>): string {
  return table(
    ['activity', 'score', 'label', 'model', 'because'],
    predictions.map(({ activity, score, unit, label, line, version, reasons }) => [
      activity,
      unit === undefined ? score.toFixed(4) : `${score.toFixed(1)} ${unit}`,
      label,
      `${line} ${version}`,
      reasons
        .map(({ feature, contribution }) => `${feature} ${contribution >= 0 ? '+' : ''}${contribution.toFixed(3)}`)
        .join(', '),
    ]),
  );
}
