import { AccessError } from '../errors.ts';

export const PASSWORD_CHARACTERS = { atLeast: 12, atMost: 256 } as const;

/** The commonest of at least twelve characters in lists of leaked passwords, without case and with the names of ours. */
const COMMONEST = new Set([
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456789012345',
  '1234567890123456',
  '12345678910112',
  '123123123123',
  '098765432109',
  '0987654321098',
  '1q2w3e4r5t6y',
  '1q2w3e4r5t6y7u',
  '1qaz2wsx3edc',
  '1qaz2wsx3edc4rfv',
  'abcdefghijkl',
  'abcd12345678',
  'adminadminadmin',
  'administrator',
  'administrator1',
  'asdfghjkl123',
  'changeme1234',
  'changemeplease',
  'correcthorsebatterystaple',
  'iloveyou1234',
  'letmeinplease',
  'letmein12345',
  'passw0rd1234',
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'plumbline123',
  'plumbline1234',
  'plumblineplumbline',
  'qazwsxedcrfv',
  'qwerty123456',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwertyuiopasdf',
  'qwertyuiopasdfghjkl',
  'qwertyqwerty',
  'qwertyuiop[]',
  'trustno1trustno1',
  'welcome12345',
  'zaq12wsxcde3',
]);

/**
 * Length, the list, and not the name: NIST SP 800-63B-4 section 3.1.1.2, which asks for no mixture of characters and no
 * change by the calendar.
 * @throws AccessError `password_weak`
 */
export function refuseWeak(name: string, password: string): void {
  const { atLeast, atMost } = PASSWORD_CHARACTERS;
  const spelled = password.normalize('NFKC');
  const length = [...spelled].length;
  const lower = spelled.toLowerCase();
  if (length < atLeast || length > atMost) throw weak(`it has ${length} characters`, `${atLeast} to ${atMost}`);
  if (lower.includes(name)) throw weak('it contains the name', 'a password without the name in it');
  if (COMMONEST.has(lower) || new Set(lower).size <= 2) {
    throw weak('it is among those that are tried first', 'one that nobody else has, such as five words by chance');
  }
}

function weak(why: string, expected: string): AccessError {
  return new AccessError('password_weak', `the password: ${why}`, { field: 'password', expected });
}
