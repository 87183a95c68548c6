import { describe, expect, it } from 'vitest';
import { DemoError, parseOptions } from './options.ts';

const flags = { sites: '3', seed: '1', httpPort: '0', mqttPort: '0' };

describe('the flags of the demo', () => {
  it('become numbers, and what was not given stays open', () => {
    expect(parseOptions(flags)).toEqual({
      exit: false,
      json: undefined,
      data: undefined,
      state: undefined,
      sites: 3,
      seed: 1,
      httpPort: 0,
      mqttPort: 0,
      inject: undefined,
      roles: {},
    });
  });

  it('name the columns of a table', () => {
    const { roles } = parseOptions({ ...flags, label: 'late', site: 'borough', other: 'x' });
    expect(roles).toEqual({ label: 'late', site: 'borough' });
  });

  it.each([
    ['sites', 'sites', '1'],
    ['sites', 'sites', '2.5'],
    ['seed', 'seed', '-1'],
    ['http-port', 'httpPort', '65536'],
    ['mqtt-port', 'mqttPort', 'free'],
    ['inject', 'inject', 'fire'],
  ])('are refused by the name people type: --%s', (flag, key, value) => {
    const parse = () => parseOptions({ ...flags, [key]: value });
    expect(parse).toThrow(DemoError);
    expect(parse).toThrow(expect.objectContaining({ code: 'demo_options', field: flag }));
    expect(parse).toThrow(`--${flag}: `);
  });
});
