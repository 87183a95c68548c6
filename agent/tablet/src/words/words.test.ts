import { DERIVATIONS } from '@plumbline/shared/activity';
import { describe, expect, it } from 'vitest';
import { featureKey } from '../risk/feature-key.ts';
import { english } from './english/index.ts';
import { isNumberFeature, NUMBER_FEATURES } from './feature-words.ts';
import { createFormat } from './format.ts';
import { german } from './german/index.ts';
import { chooseLanguage, loadWords } from './languages.ts';
import { reasonPhrase } from './reason-phrase.ts';
import { createWords } from './words.ts';

const en = createWords(english, createFormat('en-GB'));
const de = createWords(german, createFormat('de-DE'));
const INPUTS = [-3.25, -1, 0, 0.4, 1, 2.123456, 5];

describe('reasons in the language of the trade', () => {
  it('know every derivation of the catalogue', () => {
    expect(Object.keys(DERIVATIONS).filter((id) => !isNumberFeature(featureKey(id)))).toEqual([]);
  });

  it.each([
    ['days-to-due@1', 4, 'due in 4 days', 'noch 4 Tage bis zum Termin'],
    ['days_to_due', -2, '2 days past its due date', '2 Tage über dem Termin'],
    [
      'trade-late-rate@1:phase',
      0.32,
      "32% of this trade's work here ends late",
      '32\u00a0% der Arbeiten dieses Gewerks enden hier zu spät',
    ],
    ['predecessors-late@1', 1, '1 activity before it late', '1 Vorgänger in Verzug'],
    ['Crew Size', 3, '3 people in the crew', '3 Leute in der Kolonne'],
    ['subcontractor', 'Meyer', 'done by Meyer', 'ausgeführt von Meyer'],
    ['crew_plan', 'B', 'crew plan is B', 'crew plan ist B'],
    ['soilMoisture', 0.25, 'soil moisture is 0.3', 'soil moisture ist 0,3'],
    ['crew_size', null, 'Crew size: not known', 'Kolonnenstärke: nicht bekannt'],
  ])('%s = %s', (feature, value, inEnglish, inGerman) => {
    expect(reasonPhrase({ feature, value }, en)).toBe(inEnglish);
    expect(reasonPhrase({ feature, value }, de)).toBe(inGerman);
  });

  it('find words for any number, and never print one as it is kept', () => {
    for (const words of [en, de]) {
      const said = NUMBER_FEATURES.flatMap((feature) => INPUTS.map((value) => reasonPhrase({ feature, value }, words)));
      expect(said.filter((text) => /undefined|NaN|Infinity|\d\.\d{3}/.test(text))).toEqual([]);
    }
  });
});

describe('the catalogue', () => {
  it('is translated: no sentence of German is the English one, but for words both have', () => {
    const translated = new Map(textsOf(german));
    const same = textsOf(english).filter(([path, text]) => translated.get(path) === text);
    expect(same.map(([, text]) => text).filter((text) => !SHARED.has(text))).toEqual([]);
  });

  it('says what waits, and that nothing is lost, in whole sentences', () => {
    const at = new Date(2026, 4, 6, 7, 40).getTime();
    expect(en.sync.waiting(12, 0, at, at)).toBe('12 entries waiting since 07:40; nothing is lost.');
    expect(en.sync.waiting(1, 2, undefined, at)).toBe('1 entry and 2 photos waiting; nothing is lost.');
    expect(de.sync.waiting(1, 0, at, at)).toBe('1 Eintrag wartet seit 07:40; nichts ist verloren.');
  });

  it('names another day than today with its date', () => {
    const at = new Date(2026, 4, 6, 7, 40).getTime();
    expect(en.format.moment(at, new Date(2026, 4, 7, 1).getTime())).toBe('Wed 6 May, 07:40');
  });

  it('takes the first language of a person that it has, with the dates of their region', async () => {
    expect([['fr-FR', 'de-AT', 'en'], ['fr'], []].map(chooseLanguage)).toEqual(['de', 'en', 'en']);
    expect((await loadWords('de', ['fr-FR', 'de-AT'])).format.locale).toBe('de-AT');
  });
});

/** Names, and words that are one in both languages. */
const SHARED = new Set(['Phase', 'Tablet', 'Name', 'Server', 'Agent', 'Code', 'Region', 'Version 1']);

/** Every text without an argument, by its path. */
function textsOf(catalogue: typeof english): [path: string, text: string][] {
  const format = createFormat('en');
  const parts = [catalogue.screens(format), catalogue.entries(format), catalogue.tablet(format)];
  return [
    ...parts.flatMap((part) => walk('', part)),
    ...walk('problems', catalogue.problems),
    ...walk('features', catalogue.features),
  ];
}

function walk(path: string, value: unknown): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => walk(`${path}.${name}`, inner));
}
