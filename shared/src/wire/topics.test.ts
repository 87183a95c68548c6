import { assert, constantFrom, oneof, property, string, stringMatching, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOWN, downFilter, downTopic, isFleetName, parseTopic, UP, upTopic, type Topic } from './topics.ts';

const name = stringMatching(/^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/);

const segment = oneof(name, constantFrom('', 'f', 'up', 'dn', 'tel', 'site', '+', '#', '..'));
const almost = tuple(segment, segment, constantFrom('up', 'dn', 'x'), constantFrom(...UP, ...DOWN, '')).map(
  (rest) => `f/${rest.join('/')}`,
);

function rebuilt(topic: Topic): string {
  const { site, device } = topic;
  return topic.direction === 'up' ? upTopic(site, device, topic.channel) : downTopic(site, device, topic.channel);
}

describe('a topic', () => {
  it('says where it was built from', () => {
    assert(
      property(name, name, constantFrom(...UP), constantFrom(...DOWN), (site, device, up, down) => {
        expect(parseTopic(upTopic(site, device, up))).toEqual({ site, device, direction: 'up', channel: up });
        expect(parseTopic(downTopic(site, device, down))).toEqual({ site, device, direction: 'dn', channel: down });
      }),
    );
  });

  it('is understood only when these functions would have built it', () => {
    assert(
      property(oneof(string({ unit: 'binary' }), almost), (text) => {
        const parsed = parseTopic(text);
        expect(parsed === undefined ? text : rebuilt(parsed)).toBe(text);
      }),
    );
  });

  it.each([
    '',
    'f',
    'f/north/gw-1/up',
    'f/north/gw-1/up/tel/',
    'f/north/gw-1/up/tel/more',
    '/f/north/gw-1/up/tel',
    'F/north/gw-1/up/tel',
    'f/north/gw-1/up/desired',
    'f/north/gw-1/dn/tel',
    'f/north/gw-1/up/constructor',
    'f/north//up/tel',
    'f/+/gw-1/up/tel',
    'f/north/#',
    'f/north/gw-1/up/tel\n',
    'f/nörth/gw-1/up/tel',
    '$SYS/broker/clients',
  ])('is not %j', (text) => {
    expect(parseTopic(text)).toBeUndefined();
  });
});

describe('a fleet name', () => {
  it.each(['a', '7', 'gw-1', 'a..b', 'site_9.north', 'a'.repeat(64)])('may be %j', (text) => {
    expect(isFleetName(text)).toBe(true);
    expect(downFilter(text, text)).toBe(`f/${text}/${text}/dn/+`);
  });

  it.each([
    '',
    '+',
    '#',
    '/',
    'a/b',
    '.',
    '..',
    '-a',
    'a-',
    'A',
    'a b',
    'a\0',
    'a\n',
    'ä',
    '$SYS',
    '__proto__',
    'a'.repeat(65),
    'a'.repeat(65_536),
  ])('may not be %j', (text) => {
    expect(isFleetName(text)).toBe(false);
    for (const build of [
      () => upTopic(text, 'gw-1', 'tel'),
      () => downTopic('north', text, 'ack'),
      () => downFilter(text, 'gw-1'),
    ]) {
      expect(build).toThrow(expect.objectContaining({ name: 'WireError', code: 'topic_malformed' }));
    }
  });

  it('that is wrong is named by its place', () => {
    expect(() => upTopic('north', '#', 'tel')).toThrow(expect.objectContaining({ field: 'device' }));
    expect(() => upTopic('#', 'gw-1', 'tel')).toThrow(expect.objectContaining({ field: 'site' }));
  });
});
