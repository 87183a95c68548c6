import { describe, expect, it } from 'vitest';
import { isAllowed, type Action, type Principal } from './acl.ts';

const device: Principal = { kind: 'device', site: 'north', device: 'gw-1' };
const server: Principal = { kind: 'server' };
const ALL: Action[] = ['publish', 'subscribe', 'forward'];

describe('a device', () => {
  it.each<[string, Action[]]>([
    ['f/north/gw-1/up/tel', ['publish']],
    ['f/north/gw-1/up/status', ['publish']],
    ['f/north/gw-1/dn/desired', ['subscribe', 'forward']],
    ['f/north/gw-1/dn/+', ['subscribe']],
    ['f/north/gw-1/dn/#', []],
    ['f/north/gw-1/up/+', []],
    ['f/north/gw-1/+/desired', []],
    ['f/north/gw-1/#', []],
    ['f/north/gw-2/up/tel', []],
    ['f/north/gw-2/dn/desired', []],
    ['f/north/gw-2/dn/+', []],
    ['f/south/gw-1/up/tel', []],
    ['f/south/gw-1/dn/+', []],
    ['f/north/+/dn/+', []],
    ['f/+/gw-1/dn/+', []],
    ['f/+/+/dn/+', []],
    ['f/north/gw-1/dn/unknown', []],
    ['#', []],
    ['+/+/+/+/+', []],
    ['$SYS/#', []],
    ['$SYS/broker/uptime', []],
    ['$share/g/f/north/gw-1/dn/+', []],
    ['', []],
  ])('on %s may %j', (topic, allowed) => {
    expect(ALL.filter((action) => isAllowed(device, action, topic))).toEqual(allowed);
  });

  it.each(['+', '#', '/', '', '..', '__proto__', 'gw-1/up', 'A'.repeat(65_536)])(
    'that calls itself %j is allowed nothing, and nothing is thrown into the hook',
    (hostile) => {
      for (const who of [
        { ...device, device: hostile },
        { ...device, site: hostile },
      ]) {
        for (const topic of [
          `f/${who.site}/${who.device}/dn/+`,
          `f/${who.site}/${who.device}/up/tel`,
          'f/north/gw-1/dn/+',
        ]) {
          expect(ALL.filter((action) => isAllowed(who, action, topic))).toEqual([]);
        }
      }
    },
  );
});

describe('the server', () => {
  it.each<[string, Action[]]>([
    ['f/north/gw-1/dn/desired', ALL],
    ['f/south/gw-9/dn/ack', ALL],
    ['f/north/gw-1/up/tel', ['subscribe', 'forward']],
    ['f/+/+/up/+', ['subscribe', 'forward']],
    ['f/+/gw-1/dn/desired', ['subscribe', 'forward']],
    ['$SYS/broker', ['subscribe', 'forward']],
  ])('on %s may %j', (topic, allowed) => {
    expect(ALL.filter((action) => isAllowed(server, action, topic))).toEqual(allowed);
  });
});
