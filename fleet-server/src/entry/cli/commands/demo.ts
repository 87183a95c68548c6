import { Option, type Command } from 'commander';
import { INJECTIONS, parseOptions, runDemo } from '../../demo/index.ts';
import { stopped } from './server.ts';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('the main job from data to the second rollout, with agents in processes of their own')
    .option('--exit', 'end when the story is told, instead of staying up')
    .option('--json <file>', 'write every figure to a file')
    .option('--data <dir>', 'CSV files to learn from and to replay; without it, generated activities')
    .option('--state <dir>', 'keep databases, slots, bundles and keys here')
    .option('--sites <n>', 'sites of the generated data', '6')
    .option('--seed <n>', 'seed of everything that is drawn', '7')
    .option('--http-port <port>', 'API; 0 takes a free one', '0')
    .option('--mqtt-port <port>', 'MQTT; 0 takes a free one', '0')
    .option('--label <column>', 'column that holds the outcome, where the data does not say')
    .option('--time <column>', 'column that says when')
    .option('--group <column>', 'rows of one group stay together')
    .option('--site <column>', 'column that says where')
    .addOption(new Option('--inject <fault>', 'plant a fault that must be survived or found').choices(INJECTIONS))
    .action(async (flags: Record<string, unknown>) => {
      if (!(await runDemo(parseOptions(flags), stopped))) process.exitCode = 1;
    });
}
