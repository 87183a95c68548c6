import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<'argon2id', Argon2Parameters, Buffer>(argon2);

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. About 50 ms of one core. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
/** Passwords being checked at once, so that a crowd at the door takes neither all memory nor all threads. */
const AT_ONCE = 2;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

interface Parameters {
  memory: number;
  passes: number;
  parallelism: number;
}

/** @returns a PHC string, which carries its parameters and its salt */
export async function hashPassword(password: string, parameters: Parameters = PARAMETERS): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const { memory, passes, parallelism } = parameters;
  const tag = await tagOf(password, salt, parameters, TAG_BYTES);
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

let nobody: Promise<string> | undefined;

/**
 * Whether this is the password. Against nobody's (`undefined`) it works as hard and never is.
 * @returns `isOutdated`: made with other parameters than are used today
 */
export async function checkPassword(
  stored: string | null | undefined,
  password: string,
): Promise<{ matches: boolean; isOutdated: boolean }> {
  nobody ??= hashPassword(randomBytes(32).toString('base64url'));
  const [, memory, passes, parallelism, salt = '', tag = ''] = PHC.exec(stored ?? (await nobody)) ?? [];
  if (memory === undefined) throw new Error('a stored password is no PHC string of argon2id');
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const expected = Buffer.from(tag, 'base64');
  const given = await tagOf(password, Buffer.from(salt, 'base64'), parameters, expected.length);
  return {
    matches: timingSafeEqual(given, expected) && typeof stored === 'string',
    isOutdated: (Object.keys(PARAMETERS) as (keyof Parameters)[]).some((key) => parameters[key] !== PARAMETERS[key]),
  };
}

/** One spelling of the same letters, NIST SP 800-63B-4 section 3.1.1.2. */
function tagOf(password: string, salt: Buffer, parameters: Parameters, tagLength: number): Promise<Buffer> {
  const message = Buffer.from(password.normalize('NFKC'));
  return inTurn(() => derive('argon2id', { message, nonce: salt, tagLength, ...parameters }));
}

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
