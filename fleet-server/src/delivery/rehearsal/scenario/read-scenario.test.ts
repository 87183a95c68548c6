import { describe, expect, it } from 'vitest';
import { PRESETS } from './presets.ts';
import { presetScenario, readScenario, scenarioJsonSchema } from './read-scenario.ts';

const refusalOf = (text: string): unknown => {
  try {
    return readScenario(text, 'bad.yaml');
  } catch (error) {
    return error;
  }
};

describe('a scenario', () => {
  it('is whole with nothing written down', () => {
    expect(readScenario('')).toEqual(presetScenario('good'));
  });

  it('takes durations with a unit', () => {
    const { outages } = readScenario('outages:\n  - { from: 2h, until: 1d, share: 0.5 }\n');
    expect(outages).toEqual([{ from: 7_200_000, until: 86_400_000, share: 0.5 }]);
  });

  it.each([
    ['devices:\n  cuont: 5\n', 'devices.cuont', 'bad.yaml:2:3: ', 'count'],
    ['candidate:\n  slow: { factr: 2 }\n', 'candidate.slow.factr', 'bad.yaml:2:11: ', 'factor'],
    ['days: 2\nfails: 1\n', 'fails', 'bad.yaml:2:1: ', 'candidate'],
    ['outages:\n  - { from: 1h, untill: 2h }\n', 'outages.0.untill', 'bad.yaml:2:17: ', 'until'],
    ['devices: { offline: 1.5 }\n', 'devices.offline', 'bad.yaml:1:12: ', ''],
    ['failures:\n  - kind: flood\n', 'failures.0.kind', 'bad.yaml:2:5: ', ''],
    ['days: 1\ndays: 2\n', undefined, 'bad.yaml:2:1: ', ''],
    ['outages:\n  - { from: 2h, until: 1h }\n', 'outages.0.until', '', 'later than from'],
    ['outages:\n  - { from: 1h, until: 2h, share: 1, site: north }\n', 'outages.0.share', '', 'one of them'],
    ['devices: { zones: [Mars/Olympus] }\n', 'devices.zones.0', '', 'Europe/Oslo'],
  ])('with %j is refused at %s', (text, field, where, expected) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({ code: 'scenario_malformed', field });
    expect((refusal as Error).message).toContain(where);
    expect(String((refusal as { expected?: string }).expected)).toContain(expected);
  });

  it.each(Object.keys(PRESETS))('stands under the name %s', (name) => {
    expect(presetScenario(name).days).toBeGreaterThan(0);
  });

  it('of an unknown name is refused with the names there are', () => {
    expect(() => presetScenario('godo')).toThrow(expect.objectContaining({ code: 'scenario_unknown' }));
  });

  it('has a JSON Schema that names every field and asks for none', () => {
    const schema = scenarioJsonSchema() as { properties: object; required?: string[] };
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(['devices', 'link', 'outages', 'failures', 'traffic', 'candidate', 'release']),
    );
    expect(schema.required ?? []).toEqual([]);
  });
});
