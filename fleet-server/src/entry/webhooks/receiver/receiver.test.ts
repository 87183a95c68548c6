import { describe, expect, it } from 'vitest';
import { checkReceiver, isAllowedAddress } from './receiver-rules.ts';
import { createSender } from './send.ts';

const STRICT = { allow: [], development: false };
const OPEN = { allow: ['127.0.0.0/8', '10.1.0.0/16', '::1/128'], development: true };

describe('the address of a receiver', () => {
  it.each([
    ['https://hooks.example/x?y=1', STRICT],
    ['https://93.184.215.14/x', STRICT],
    ['https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/x', STRICT],
    ['https://10.1.2.3/x', OPEN],
    ['http://127.0.0.1:9000/x', OPEN],
    ['http://[::1]:9000/x', OPEN],
  ])('%s is taken', (url, rules) => {
    expect(checkReceiver(url, rules).href).toBe(url);
  });

  it.each([
    ['hooks.example', OPEN, 'is no URL'],
    ['http://hooks.example/x', OPEN, 'is not encrypted'],
    ['http://10.1.2.3/x', OPEN, 'is not encrypted'],
    ['http://127.0.0.1/x', { ...OPEN, development: false }, 'is not encrypted'],
    ['ftp://hooks.example/x', OPEN, 'is not encrypted'],
    ['file:///etc/passwd', OPEN, 'is not encrypted'],
    ['https://ana:pw@hooks.example/', OPEN, 'names a password'],
    ['https://127.0.0.1/x', STRICT, 'not a public address'],
    ['https://2130706433/x', STRICT, '127.0.0.1 is not a public address'],
    ['https://0x7f.1/x', STRICT, '127.0.0.1 is not a public address'],
    ['https://[::ffff:127.0.0.1]/x', STRICT, 'not a public address'],
    ['https://169.254.169.254/latest', OPEN, 'not a public address'],
    ['https://10.2.0.1/x', OPEN, 'not a public address'],
    [`https://hooks.example/${'x'.repeat(3000)}`, STRICT, 'is no URL'],
  ])('%s is refused', (url, rules, reason) => {
    expect(() => checkReceiver(url, rules)).toThrow(reason);
  });

  const special =
    '0.0.0.0 10.0.0.1 100.64.0.1 127.9.9.9 169.254.169.254 172.31.0.1 192.168.1.1 224.0.0.1 255.255.255.255 :: ::1 ' +
    '::ffff:10.0.0.1 ::ffff:a00:1 ::127.0.0.1 64:ff9b::a00:1 fe80::1 fe80::1%eth0 fd00::1 ff02::1 2002:a00:1:: 2001:db8::1 nonsense';
  it.each(special.split(' '))('%s is never reached unless it is allowed', (address) => {
    expect(isAllowedAddress(address, STRICT)).toBe(false);
  });

  it('is allowed by its network, however it is written', () => {
    expect(
      ['10.1.9.9', '::ffff:10.1.9.9', '8.8.8.8', '2606:4700::1111'].map((one) => isAllowedAddress(one, OPEN)),
    ).toEqual([true, true, true, true]);
  });
});

const attempt = (addresses: string[]) =>
  createSender(STRICT, { resolve: async () => addresses })('https://inside.example/x', { headers: {}, body: '{}' });

describe('a name', () => {
  it.each([[['127.0.0.1']], [['10.0.0.5', '::1']], [['169.254.169.254']], [[]]])(
    'that means %j is not connected to',
    async (addresses) => {
      expect(await attempt(addresses)).toMatchObject({
        ok: false,
        status: undefined,
        reason: expect.stringContaining('not a public address'),
      });
    },
  );

  it('that is never resolved costs the time of an attempt and no more', async () => {
    const send = createSender(STRICT, { timeoutMs: 30, resolve: () => new Promise(() => undefined) });
    expect(await send('https://slow.example/', { headers: {}, body: '' })).toMatchObject({
      ok: false,
      reason: 'no answer within 0.03 s',
    });
  });
});
