import type { Command } from 'commander';
import { addCompare } from './compare.ts';
import { addEvidence } from './evidence.ts';
import { addReport } from './report.ts';
import { addReplay } from './replay.ts';

export function addDrift(program: Command): void {
  const drift = program.command('drift').description('what has moved: streams replayed, files compared, reports');
  addReplay(drift);
  addCompare(drift);
  addReport(drift);
  addEvidence(drift);
}
