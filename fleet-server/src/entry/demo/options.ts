import { z } from 'zod';
import { CodedError } from '@plumbline/shared/errors';

export class DemoError extends CodedError<'demo_options' | 'agent_failed' | 'demo_timeout' | 'demo_data'> {
  override readonly name = 'DemoError';
}

export const INJECTIONS = ['drop-ack', 'double-send', 'flip-bundle-byte', 'skip-fsync'] as const;
export type Injection = (typeof INJECTIONS)[number];

export interface DemoOptions {
  exit: boolean;
  json: string | undefined;
  data: string | undefined;
  state: string | undefined;
  sites: number;
  seed: number;
  httpPort: number;
  mqttPort: number;
  inject: Injection | undefined;
  roles: { label?: string; time?: string; group?: string; site?: string };
}

const port = z.coerce.number().int().min(0).max(65_535);
const schema = z.object({
  exit: z.boolean().default(false),
  json: z.string().optional(),
  data: z.string().optional(),
  state: z.string().optional(),
  sites: z.coerce.number().int().min(2).max(64),
  seed: z.coerce.number().int().min(0).max(0xffff_ffff),
  httpPort: port,
  mqttPort: port,
  inject: z.enum(INJECTIONS).optional(),
});

/** @throws DemoError `demo_options`, naming the flag. */
export function parseOptions(flags: Record<string, unknown>): DemoOptions {
  const parsed = schema.safeParse(flags);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const flag = flagOf(String(issue?.path[0]));
    throw new DemoError('demo_options', `--${flag}: ${issue?.message}`, {
      field: flag,
      expected: issue?.message ?? 'a valid value',
    });
  }
  const roles = Object.fromEntries(
    (['label', 'time', 'group', 'site'] as const).flatMap((role) =>
      typeof flags[role] === 'string' ? [[role, flags[role]]] : [],
    ),
  );
  const { json, data, state, inject, ...rest } = parsed.data;
  return { ...rest, json, data, state, inject, roles };
}

/** `httpPort` as it is typed: `http-port`. */
function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
