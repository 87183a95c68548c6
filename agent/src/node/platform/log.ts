import { pino, type DestinationStream, type Logger } from 'pino';
import type { AgentEvent } from '../../index.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type { Logger };

/** To standard error: a line of JSON each for programs, a readable line for whoever sits at a terminal. */
export function createLog(level: LogLevel, target: Target = process.stderr): Logger {
  const write =
    target.isTTY === true ? (line: string) => target.write(readable(line)) : (line: string) => target.write(line);
  const destination: DestinationStream = { write };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: SECRETS }, destination);
}

interface Target {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Nothing we log carries these; should it ever, it is blotted out. */
const SECRETS = ['token', 'password', 'secret', 'privateKey', '*.token', '*.password', '*.secret', '*.privateKey'];

function readable(line: string): string {
  const { time, level, msg, ...rest }: Record<string, unknown> = JSON.parse(line);
  const name = typeof level === 'number' ? (pino.levels.labels[level] ?? '') : '';
  const details = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(time).slice(11, 19)} ${name.padEnd(5)} ${[String(msg), ...details].join(' ')}\n`;
}

export interface ProblemCount {
  where: string;
  code: string;
  count: number;
  firstAt: number;
  lastAt: number;
}

const MAX_KINDS = 100;

/**
 * Writes what the core tells into the log. A problem that stays, such as a broker that cannot be reached, is written
 * once and counted; it is written again each time its count has grown tenfold.
 */
export function createEventLog(log: Logger): { take(event: AgentEvent): void; problems(): ProblemCount[] } {
  const counts = new Map<string, ProblemCount>();
  return {
    take({ at, code: name, details }) {
      if (name !== 'problem') return log.info(details, name);
      const [where, code] = [String(details['where']), String(details['problem'])];
      const known = counts.get(`${where} ${code}`) ?? { where, code, count: 0, firstAt: at, lastAt: at };
      known.count += 1;
      known.lastAt = at;
      if (counts.size < MAX_KINDS) counts.set(`${where} ${code}`, known);
      if (Number.isInteger(Math.log10(known.count)))
        log.warn({ where, code, count: known.count }, String(details['message']));
    },
    problems: () => [...counts.values()],
  };
}
