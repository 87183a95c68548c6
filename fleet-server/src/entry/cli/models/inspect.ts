import type { Command } from 'commander';
import { inspectModel } from '../../../supply/onnx/index.ts';
import type { Global } from '../connection.ts';
import { print } from '../output.ts';
import { describeModel } from './describe-model.ts';
import { readModelFile } from './read-model-file.ts';

/** `models inspect FILE`: what an ONNX file is and what fills it, without running it. */
export function addInspect(models: Command): void {
  models
    .command('inspect <file>')
    .description('what an ONNX file is, and what fills it')
    .action(async (file: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const view = inspectModel(await readModelFile(file));
      print(view, global.json, () => describeModel(view));
    });
}
