import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { profileFiles, templateFiles } from '../catalogue.ts';
import { lint, type LintInput } from './lint.ts';

const PI = 'profiles/raspberry-pi/raspberry-pi-4.json';
const DEV = 'profiles/generic/linux-x64-dev.json';
const GATEWAY = 'templates/linux-gateway.json';

const good = new Map(
  Object.keys({ ...profileFiles, ...templateFiles }).map((path) => [
    path,
    readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
  ]),
);

/** The real files with one text edited; the catalogue is made to agree, where the text can be read at all. */
function edited(file: string, edit: (text: string) => string, under = file): LintInput {
  const files = new Map(good);
  files.delete(file);
  files.set(under, edit(good.get(file) ?? ''));
  const catalogue = Object.fromEntries([...files].map(([path, text]) => [path, read(text)]));
  return { files, catalogue };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The parts of a file that the cases below reach into. */
interface Editable {
  [key: string]: unknown;
  bounds?: Record<string, unknown>;
  sources?: unknown[];
}

/** Edits the parsed value of a file. */
function change(edit: (value: Editable) => void): (text: string) => string {
  return (text) => {
    const value = JSON.parse(text);
    edit(value);
    return `${JSON.stringify(value, null, 2)}\n`;
  };
}

const replace = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
const assign = (values: object) => change((value) => void Object.assign(value, values));
const remove = (key: string) => change((value) => void delete value[key]);

const broken: [string, LintInput, string, string, RegExp][] = [
  ['text that is not JSON', edited(PI, () => '{'), PI, '', /not JSON/],
  ['a list instead of an object', edited(PI, () => '[]\n'), PI, '', /not a JSON object/],
  ['a missing line break at the end', edited(PI, (text) => text.trimEnd()), PI, '', /exactly one line break/],
  ['an empty line at the end', edited(PI, (text) => `${text}\n`), PI, '', /exactly one line break/],
  ['a key given twice', edited(PI, replace('"arch": "arm64"', '"arch": "x64", "arch": "arm64"')), PI, '', /key twice/],
  ['a number in a roundabout form', edited(PI, replace('4096', '4.096e3')), PI, '', /shortest form/],
  ['keys out of order', edited(PI, replace(/("id": .*)\n(.*"vendor": .*)/, '$2\n$1')), PI, 'id', /before vendor/],
  [
    'keys of a source out of order',
    edited(PI, replace(/("figure": .*)\n(\s*"title": .*)/, '$2\n$1')),
    PI,
    'sources[].figure',
    /before title/,
  ],
  [
    'a file name that is not the id',
    edited(PI, (text) => text, 'profiles/raspberry-pi/pi.json'),
    'profiles/raspberry-pi/pi.json',
    'id',
    /belongs at/,
  ],
  ['a folder that is not the vendor', edited(PI, assign({ vendor: 'Acme' })), PI, 'id', /profiles\/acme\//],
  ['an id used twice', edited(PI, assign({ id: 'raspberry-pi-5' })), PI, 'id', /raspberry-pi-5\.json as well/],
  ['a template that does not exist', edited(PI, assign({ extends: 'atari' })), PI, 'extends', /no template atari/],
  [
    'a template that extends another',
    edited(GATEWAY, assign({ extends: 'browser-tablet' })),
    GATEWAY,
    'extends',
    /stands alone/,
  ],
  [
    'a template nobody extends',
    edited('templates/browser-tablet.json', assign({ id: 'kiosk' }), 'templates/kiosk.json'),
    'templates/kiosk.json',
    'id',
    /no profile extends/,
  ],
  ['a field the schema does not know', edited(PI, assign({ colour: 'green' })), PI, '', /colour/],
  ['a field that is missing', edited(PI, remove('memoryMb')), PI, 'memoryMb', /number/],
  ['a version that is no range', edited(PI, assign({ agent: 'newest' })), PI, 'agent', /semver range/],
  [
    'a lower bound above the upper one',
    edited(PI, assign({ bounds: { windowMs: { min: 9, max: 1 } } })),
    PI,
    'bounds.windowMs',
    /min to be at most max/,
  ],
  [
    'a setting without bounds',
    edited(
      GATEWAY,
      change((value) => void delete value.bounds?.['windowMs']),
    ),
    PI,
    'bounds.windowMs',
    /ignore this setting/,
  ],
  [
    'a figure without a source',
    edited(
      PI,
      change((value) => void value.sources?.pop()),
    ),
    PI,
    'storageMb',
    /no source/,
  ],
  [
    'a source for something that is no figure',
    edited(PI, replace('"fields": ["models"]', '"fields": ["models", "colour"]')),
    PI,
    'sources',
    /names colour/,
  ],
  ['a tested class cited from memory', edited(PI, assign({ status: 'tested' })), PI, 'sources', /from memory/],
  ['a source without the day', edited(PI, replace(/,\s*"retrieved": null/, '')), PI, 'sources.6.retrieved', /./],
  [
    'a file the catalogue does not import',
    { files: good, catalogue: { ...profileFiles, ...templateFiles, [PI]: undefined } },
    'src/catalogue.ts',
    PI,
    /not imported/,
  ],
  [
    'a file imported under the path of another',
    { files: good, catalogue: { ...profileFiles, ...templateFiles, [PI]: profileFiles[DEV] } },
    'src/catalogue.ts',
    PI,
    /not imported/,
  ],
  [
    'an import without a file',
    { files: good, catalogue: { ...profileFiles, ...templateFiles, 'profiles/x/y.json': {} } },
    'src/catalogue.ts',
    'profiles/x/y.json',
    /not in the folder/,
  ],
];

describe('lint', () => {
  it('finds nothing wrong with the profiles of this package', () => {
    expect(lint({ files: good, catalogue: { ...profileFiles, ...templateFiles } })).toEqual([]);
  });

  it.each(broken)('finds %s', (_, input, file, field, problem) => {
    const found = lint(input).filter((one) => one.file === file && one.field === field);
    expect(found.map((one) => one.problem)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
  });

  it('runs as a program that ends well and says nothing when all is well', async () => {
    const program = new URL('../lint-main.ts', import.meta.url).pathname;
    await expect(promisify(execFile)(process.execPath, [program])).resolves.toEqual({ stdout: '', stderr: '' });
  });
});
