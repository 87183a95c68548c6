import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Client } from '../../approver/client.ts';
import { connect, type Global } from '../connection.ts';
import { describeError, print } from '../output.ts';
import { planIn } from '../rehearsal/plan-in.ts';
import { showForecast, type ShortForecast } from './show-forecast.ts';

/** `rollouts forecast PLAN|ID`: what it would mean if it started now. */
export function addForecast(rollouts: Command): void {
  rollouts
    .command('forecast <plan-or-id>')
    .description('what a rollout would mean if it started now: fit, gates, bytes, time; with --json every device')
    .action(async (what: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const query = global.json ? '' : '?devices=none';
      const found = isFile(what)
        ? await client.post<ShortForecast>(
            `/api/v1/rollouts/forecast${query}`,
            planIn(await readFile(what, 'utf8'), what),
          )
        : await client.get<ShortForecast>(`/api/v1/rollouts/${encodeURIComponent(what)}/forecast${query}`);
      print(found, global.json, () => showForecast(found));
    });
}

/**
 * The forecast of a rollout that was just written down; that there is none is told, and takes nothing back.
 * @returns undefined where there is none
 */
export async function forecastCreated(client: Client, id: string): Promise<ShortForecast | undefined> {
  try {
    return await client.get<ShortForecast>(`/api/v1/rollouts/${id}/forecast?devices=none`);
  } catch (error) {
    console.error(`no forecast: ${describeError(error, false)}`);
    return undefined;
  }
}

function isFile(given: string): boolean {
  return /\.(ya?ml|json)$/.test(given) || existsSync(given);
}
