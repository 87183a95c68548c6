import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Decision, RolloutState } from '../../../delivery/rollouts/index.ts';
import type { Client } from '../../approver/index.ts';
import { connect, type Global } from '../connection.ts';
import { showDecision } from './show.ts';

const ENDED: readonly string[] = ['completed', 'stopped', 'reverted'];
const NOT_COMPLETED = 4;

interface Seen {
  state: RolloutState;
  decisions: Decision[];
  more: boolean;
}

export function addWatch(rollouts: Command): void {
  rollouts
    .command('watch <id>')
    .description('decisions as they come, until it ends; exit 0 only when it completed, 4 otherwise')
    .option('--every <seconds>', 'how often to ask', '2')
    .option('--until-held', 'end as well when it waits for a person: paused, held past its deadline, unapproved', false)
    .action(async (id: string, flags: { every: string; untilHeld: boolean }, command: Command) => {
      const { json, ...global } = command.optsWithGlobals<Global>();
      const client = await connect({ ...global, json });
      let after = 0;
      for (;;) {
        const { state, decisions, more } = await client.get<Seen>(decisionsAfter(id, after));
        for (const one of decisions) console.log(json ? JSON.stringify(one) : showDecision(one));
        after = decisions.at(-1)?.id ?? after;
        if (more) continue;
        const asks = state.status === 'paused' || state.asks;
        if (ENDED.includes(state.status) || (flags.untilHeld && asks)) {
          console.log(json ? JSON.stringify({ id, ...state }) : `${id} is ${state.status}`);
          process.exitCode = state.status === 'completed' ? 0 : NOT_COMPLETED;
          return;
        }
        await wait(Math.max(0.1, Number(flags.every)) * 1000);
      }
    });
}

/** Every decision there is, oldest first. */
export async function allDecisions(client: Client, id: string): Promise<Decision[]> {
  const all: Decision[] = [];
  for (let more = true; more;) {
    const page: Seen = await client.get<Seen>(decisionsAfter(id, all.at(-1)?.id ?? 0));
    all.push(...page.decisions);
    ({ more } = page);
  }
  return all;
}

function decisionsAfter(id: string, after: number): string {
  return `/api/v1/rollouts/${encodeURIComponent(id)}/decisions?after=${after}`;
}
