import * as fc from 'fast-check';
import { eq, gt, gte, lt, lte, valid } from 'semver';
import { describe, expect, it } from 'vitest';
import { GroupError } from '../errors.ts';
import { now, randomRow, randomSelector } from '../testing/random-selectors.ts';
import {
  createMatcher,
  parseSelector,
  printSelector,
  type Comparison,
  type InventoryRow,
  type Selector,
} from './index.ts';

const DAY_MS = 86_400_000;

const row: InventoryRow = {
  id: 'gw-1',
  site: 'north-1',
  region: 'north',
  zone: 'Europe/Berlin',
  profile: 'raspberry-pi-4',
  kind: 'gateway',
  tags: ['canary', 'crane'],
  groups: ['pilots'],
  agent: '0.3.2',
  online: true,
  standing: 'active',
  lastSeenAt: now - DAY_MS,
  enrolledAt: now - 20 * DAY_MS,
  lines: new Map([
    ['delay', { version: '1.2.0', state: 'committed' }],
    ['iris', { version: undefined, state: 'fetching' }],
  ]),
  metadata: 'fresh',
};

const matches = (text: string, of: InventoryRow = row) => createMatcher(parseSelector(text), now)(of);

describe('a selector finds a device', () => {
  it.each([
    'profile = "raspberry-pi-4" and region in ("north") and agent >= 0.3 and lastSeen < 2d',
    'profile = raspberry-pi-4',
    "tag = 'canary'",
    'tag in (other, canary)',
    'tag ~ can*',
    'tag not in (other)',
    'group = pilots',
    'site ~ "north-?"',
    'not site = x and not site ~ *2',
    'site != x',
    'kind = gateway and standing = active and metadata = fresh and zone = Europe/Berlin',
    'online',
    'online = true',
    'not online or online',
    'agent > 0.3',
    'agent < 0.4.0-beta.1',
    'agent in (0.3.2, 1)',
    'lastSeen <= 24h',
    'enrolled > 2w',
    'runs = delay',
    'runs = delay@1.2',
    'runs ~ "delay@1.*"',
    'runs(delay) >= 1.2 and runs("delay") < 2',
    'runs != iris',
    'state(iris) = fetching',
    'state(other) != committed',
    'ID = x OR id = gw-1'.replace('ID', 'id'),
    'site = x AND site = y Or (region = north AND NOT tag = x)',
    '  id\n=\n"gw-1"  ',
  ])('by %s', (text) => {
    expect(matches(text)).toBe(true);
  });

  it.each([
    'region = North',
    'tag != canary',
    'tag ~ can',
    'agent >= 0.4',
    'agent = 0.3',
    'lastSeen < 24h',
    'enrolled < 1w',
    'runs = delay@1.2.1',
    'runs = iris',
    'runs(iris) < 9',
    'runs(other) >= 0',
    'state(iris) != fetching',
    'not online',
    'site = x or site = y and id = gw-1',
    '(id = gw-1 or site = y) and site = x',
  ])('but not by %s', (text) => {
    expect(matches(text)).toBe(false);
  });

  it('that was never heard from as one that was heard infinitely long ago', () => {
    const silent = { ...row, lastSeenAt: null };
    expect(matches('lastSeen > 999999999w', silent)).toBe(true);
    expect(matches('lastSeen < 999999999w', silent)).toBe(false);
  });

  it('heard from by a clock that was ahead as one heard just now', () => {
    expect(matches('lastSeen <= 0s', { ...row, lastSeenAt: now + DAY_MS })).toBe(true);
  });

  it('whose agent has no version by no version, and by everything that is unequal to one', () => {
    const odd = { ...row, agent: 'built by hand' };
    expect(matches('agent >= 0', odd) || matches('agent < 0.0.1', odd) || matches('agent = 0.3.2', odd)).toBe(false);
    expect(matches('agent != 0.3.2', odd)).toBe(true);
  });
});

describe('a selector that makes no sense', () => {
  const groups = new Map([
    ['pilots', 'list'],
    ['cranes', 'selector'],
  ] as const);

  it.each([
    ['', 0, /missing at the end/, /^a field: id, site/],
    ['   ', 3, /missing/, /^a field/],
    ['regoin = north', 0, /"regoin" is no field; did you mean region\?/, /^a field/],
    ['lastseen < 2d', 0, /did you mean lastSeen\?/, /^a field/],
    ['qwertz = 1', 0, /"qwertz" is no field$/, /^a field/],
    ['"site" = x', 0, /no field/, /^a field/],
    ['site', 4, /nothing follows site/, /one of = != in not in ~/],
    ['site x', 5, /"x" follows site/, /one of =/],
    ['site =', 6, /the end where a value of site belongs/, /a value/],
    ['site = and', 7, /"and" where a value/, /in quotes/],
    ['site > x', 5, /site cannot be compared by >/, /one of = != in not in ~/],
    ['lastSeen = 2d', 9, /cannot be compared by =/, /one of < <= > >=/],
    ['agent ~ 0.3', 6, /cannot be compared by ~/, /one of = != </],
    ['site == x', 5, /"==" is not understood/, /^one =$/],
    ['site <> x', 5, /"<>"/, /^!=$/],
    ['online && online', 7, /"&&"/, /the word and/],
    ['online || online', 7, /"\|\|"/, /the word or/],
    ['!online', 0, /"!"/, /the word not/],
    ['site !~ x', 5, /"!~"/, /not before the field/],
    ['lastSeen < 2', 11, /lastSeen is an age, not "2"/, /15m, 24h or 2d/],
    ['lastSeen < 2 days', 11, /an age/, /a whole number and a unit/],
    ['lastSeen < 2D', 11, /an age/, /2d/],
    ['agent >= north', 9, /agent is compared with a version, not "north"/, /0\.3 or 1\.2\.0/],
    ['agent >= v0.3.0', 9, /a version/, /0\.3/],
    ['agent >= 1.2.3.4', 9, /a version/, /0\.3/],
    ['online = yes', 9, /online is yes or no/, /true or false/],
    [
      'profile = raspbery-pi-4',
      10,
      /no profile is called "raspbery-pi-4"; did you mean raspberry-pi-4\?/,
      /raspberry-pi-5/,
    ],
    ['kind = gatway', 7, /did you mean gateway\?/, /gateway, tablet/],
    ['standing in (active, reevoked)', 21, /did you mean revoked\?/, /quarantined/],
    ['state(delay) = commited', 15, /did you mean committed\?/, /proving/],
    ['state = committed', 6, /state needs a model line/, /state\("LINE"\)/],
    ['runs(Delay!) > 1', 10, /"!"/, /not/],
    ['runs(DELAY) > 1', 5, /no name of a model line/, /runs\("delay"\)/],
    ['runs(delay > 1', 11, /a bracket that is not closed/, /\)/],
    ['runs = delay@x', 7, /a version, not "x"/, /1\.2\.0/],
    ['runs = a@1@2', 7, /a model, not/, /LINE@VERSION/],
    ['site = north-*', 7, /"north-\*" is a pattern/, /site ~ for a pattern/],
    ['site(x) = y', 4, /"\(" follows site/, /one of =/],
    ['(site = x', 9, /not closed/, /and, or, or \)/],
    ['site = x)', 8, /not opened/, /the end/],
    ['site = x site = y', 9, /one word too many/, /and, or, or the end/],
    ['site = x, y', 8, /one word too many/, /and, or/],
    ['site in x', 8, /in lists its values in brackets/, /\("a", "b"\)/],
    ['site in ()', 9, /"\)" where a value belongs/, /a value/],
    ['site in (a b)', 11, /"b" within a list/, /, or \)/],
    ['site in (a,', 11, /the end where a value/, /a value/],
    ['site not x', 5, /"not" follows site/, /one of/],
    ['site = "x', 7, /quotes that are not closed/, /a " at the end/],
    ['site = "a\nb"', 9, /a control character/, /one line/],
    [String.raw`site = "a\n"`, 9, /a backslash/, /a quote or a backslash/],
    ['site = x ; tag = y', 9, /";" is not understood/, /a field/],
    ['site = x and', 12, /missing at the end/, /a field/],
    ['not', 3, /missing at the end/, /a field/],
    ['group = pilot', 8, /no group is called "pilot"; did you mean pilots\?/, /^pilots$/],
    ['group = cranes', 8, /"cranes" is a selector itself/, /^pilots$/],
    [`site = ${'x'.repeat(129)}`, 7, /too long/, /128/],
    [`site = "${'x'.repeat(2000)}"`, 2000, /too many/, /at most 2000/],
    ['('.repeat(34), 33, /too deep/, /32 levels/],
    [`${'not '.repeat(40)}online`, 132, /too deep/, /32 levels/],
  ] as const)('%j is refused at the place where it goes wrong', (text, position, message, expected) => {
    const error = refusalOf(() => parseSelector(text, groups));
    expect({ code: error.code, field: error.field, position: error.position }).toEqual({
      code: 'selector_malformed',
      field: 'selector',
      position,
    });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`character ${position + 1}`);
    expect(error.expected).toMatch(expected);
  });

  it('never hangs and is never refused without a code, whatever it is made of', () => {
    const piece = fc.constantFrom(
      'site',
      'agent',
      'runs',
      '(',
      ')',
      'in',
      'not',
      'and',
      'or',
      '=',
      '<',
      '~',
      ',',
      '"x"',
      "'",
      '0.3',
      '2d',
      '*',
      '\\',
      ' ',
      '😀',
    );
    const garbage = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.array(fc.nat({ max: 0xffff }), { maxLength: 100 }).map((codes) => String.fromCharCode(...codes)),
      fc.array(piece, { maxLength: 300 }).map((pieces) => pieces.join(' ')),
      fc.array(piece, { maxLength: 300 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        expect(readingOf(text)).toBeOneOf(['read', 'selector_malformed']);
      }),
      { numRuns: 600 },
    );
  });
});

describe('any selector', () => {
  it('reads the same again after it was printed', () => {
    fc.assert(
      fc.property(randomSelector, (selector) => {
        const printed = printSelector(selector);
        fc.pre(printed.length <= 2000);
        expect(parseSelector(printed)).toEqual(selector);
      }),
      { numRuns: 500 },
    );
  });

  it('is true of the devices of which its parts are, as another reading of the rules has it', () => {
    fc.assert(
      fc.property(randomSelector, randomRow, (selector, device) => {
        expect(createMatcher(selector, now)(device)).toBe(isTrue(selector, device));
      }),
      { numRuns: 1500 },
    );
  });
});

function readingOf(text: string): string {
  try {
    parseSelector(text);
    return 'read';
  } catch (error) {
    return error instanceof GroupError ? error.code : `thrown without a code: ${String(error)}`;
  }
}

function refusalOf(parse: () => unknown): GroupError {
  try {
    parse();
  } catch (error) {
    if (error instanceof GroupError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

/** The rules of the documentation, word by word: slow, and without the shortcuts of the program. */
function isTrue(selector: Selector, device: InventoryRow): boolean {
  if (selector.type === 'not') return !isTrue(selector.of, device);
  if (selector.type !== 'is') {
    const truths = selector.of.map((one) => isTrue(one, device));
    return selector.type === 'all' ? !truths.includes(false) : truths.includes(true);
  }
  if (selector.operator === '!=') return !isTrue({ ...selector, operator: '=' }, device);
  if (selector.operator === 'not in') return !isTrue({ ...selector, operator: 'in' }, device);
  return selector.values.some((value) => factsOf(selector, device).some((fact) => holds(selector, fact, value)));
}

function factsOf({ field, line, operator }: Comparison, device: InventoryRow): unknown[] {
  if (field === 'tag') return [...device.tags];
  if (field === 'group') return [...device.groups];
  if (field === 'lastSeen') return [device.lastSeenAt === null ? Infinity : now - device.lastSeenAt];
  if (field === 'enrolled') return [now - device.enrolledAt];
  if (field === 'state') return [device.lines.get(line ?? '')?.state];
  if (field !== 'runs') return [device[field]];
  if (line !== undefined) return [device.lines.get(line)?.version];
  const running = [...device.lines].filter(([, { version }]) => version !== undefined);
  return running.flatMap(([name, { version }]) => [`${name}@${version}`, ...(operator === '~' ? [] : [name])]);
}

function holds({ field, line, operator }: Comparison, fact: unknown, value: unknown): boolean {
  if (fact === undefined) return false;
  if (operator === '~') return globAsPattern(String(value)).test(String(fact));
  if (field === 'agent' || (field === 'runs' && line !== undefined)) {
    if (valid(String(fact)) === null) return false;
    const compare = { '<': lt, '<=': lte, '>': gt, '>=': gte }[operator as '<'] ?? eq;
    return compare(String(fact), String(value));
  }
  if (operator === '<') return Number(fact) < Number(value);
  if (operator === '<=') return Number(fact) <= Number(value);
  if (operator === '>') return Number(fact) > Number(value);
  if (operator === '>=') return Number(fact) >= Number(value);
  return fact === value;
}

function globAsPattern(glob: string): RegExp {
  const parts = glob.split(/([*?])/).map((part) => {
    if (part === '*') return '[^]*';
    return part === '?' ? '[^]' : part.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`);
}
