import { InvalidArgumentError, type Command } from 'commander';
import type { Global } from '../connection.ts';

export interface OptimizeFlags {
  profile: string;
  samples: string[];
  mapping?: string;
  label?: string;
  seed: number;
  out?: string;
}

export function addOptimize(models: Command): void {
  models
    .command('optimize <model>')
    .description('find the right bytes for one class of devices: an ONNX file or NAME@VERSION; needs no server')
    .requiredOption('--profile <id>', 'class of devices; see `plumbline profiles list`')
    .option('--samples <path...>', 'inputs to judge by: CSV, NPZ, NPY, PB or a folder of these; else made up', [])
    .option('--mapping <yaml>', 'what the inputs and outputs of the file mean')
    .option('--label <name>', 'column or member of the samples that holds the true label of each row')
    .option('--seed <n>', 'of everything that is drawn', wholeNumber, 1)
    .option('--out <dir>', 'write each encoding that passed, plain and as its payload')
    .action(async (model: string, flags: OptimizeFlags, command: Command) => {
      // Brings in both runtimes' lab and everything that shrinks: no other command of this family needs it.
      const { runOptimize } = await import('./run-optimize.ts');
      await runOptimize(model, flags, command.optsWithGlobals<Global>());
    });
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 0 to 999999999');
}
