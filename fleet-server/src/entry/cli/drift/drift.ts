import type { Command } from 'commander';
import { addCompare } from './compare.ts';
import { addReplay } from './replay.ts';

export function addDrift(program: Command): void {
  const drift = program.command('drift').description('what has moved: streams replayed, files compared');
  addReplay(drift);
  addCompare(drift);
}
