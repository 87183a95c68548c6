import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configOf } from '../config.ts';
import { matchesFilter } from './topic-filter.ts';

const broker = { sourceMqtt: 'mqtts://broker.site', sourceTopic: 'in/+', resultTopic: 'out' };

describe('the settings of sources', () => {
  it('name a folder, a broker, or nothing', () => {
    expect(configOf({ state: 's', dropFolder: '/drop', sourceReasons: '3', sourceLine: 'delay' }, {})).toMatchObject({
      dropFolder: '/drop',
      sourceAsk: { top: 3, line: 'delay' },
      mqttSource: undefined,
    });
    expect(configOf({ state: 's', ...broker, sourceCa: 'ca.pem' }, {}).mqttSource).toEqual({
      url: 'mqtts://broker.site',
      topic: 'in/+',
      resultTopic: 'out',
      errorTopic: 'out/errors',
      credentialsFile: undefined,
      caFile: 'ca.pem',
    });
    expect(configOf({ state: 's' }, {})).toMatchObject({ dropFolder: undefined, mqttSource: undefined });
  });

  it.each([
    ['a broker without encryption', { sourceMqtt: 'mqtt://broker.site' }, 'sourceMqtt'],
    ['a password in an address', { sourceMqtt: 'mqtts://ada:secret@broker.site' }, 'sourceMqtt'],
    ['another kind of address', { sourceMqtt: 'http://broker.site' }, 'sourceMqtt'],
    ['no topic to listen to', { sourceTopic: undefined }, 'sourceTopic'],
    ['a filter that is none', { sourceTopic: 'in/#/x' }, 'sourceTopic'],
    ['no topic to answer to', { resultTopic: undefined }, 'resultTopic'],
    ['a topic with wildcards to answer to', { resultTopic: 'out/#' }, 'resultTopic'],
    ['answers that would be heard as records', { sourceTopic: '#' }, 'resultTopic, sourceErrorTopic'],
    ['errors that would be heard as records', { sourceErrorTopic: 'in/errors' }, 'sourceErrorTopic'],
    ['more reasons than there are', { sourceReasons: '17' }, 'sourceReasons'],
  ])('refuse %s', (_what, change, field) => {
    const flags = { state: 's', ...broker, ...change };
    expect(() => configOf(flags, {})).toThrow(expect.objectContaining({ code: 'config_invalid', field }));
  });

  it('refuse topics without a broker', () => {
    expect(() => configOf({ state: 's', sourceTopic: 'in' }, {})).toThrow(
      expect.objectContaining({ field: 'sourceTopic' }),
    );
  });
});

describe('a topic filter', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/b/c', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['+', '/a', false],
    ['/+', '/a', true],
  ])('%s hears %s: %s', (filter, topic, heard) => {
    expect(matchesFilter(filter, topic)).toBe(heard);
  });

  it('hears what it was made from', () => {
    const levels = fc.array(fc.stringMatching(/^[a-z]{0,3}$/), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(levels, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), (parts, wild) => {
        const filter = parts.map((part, i) => (wild[i] ? '+' : part)).join('/');
        expect(matchesFilter(filter, parts.join('/'))).toBe(true);
        expect(matchesFilter(filter, `${parts.join('/')}/more`)).toBe(false);
      }),
    );
  });
});
