import { describe, expect, it } from 'vitest';
import { parsePlan } from '../plan/parse-plan.ts';
import type { WrittenPlan } from '../plan/rollout-plan.ts';
import { bytesOf } from './bytes.ts';
import { forecastOf } from './forecast.ts';
import type { ForecastDevice, ForecastInput } from './forecast-input.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Wednesday, half past nine, UTC. */
const NOW = Date.UTC(2026, 4, 13, 9, 30);
const TODAY = Math.floor(NOW / DAY_MS);
const ALWAYS = 2 ** 24 - 1;
const KB = 1024;

/** Four weeks of the same hours each day. */
const heard = (hours: number) => Array.from({ length: 29 }, (_, i) => ({ day: TODAY - 28 + i, hours }));

function device(id: string, of: Partial<ForecastDevice> = {}): ForecastDevice {
  return {
    device: id,
    site: 'north',
    profile: 'raspberry-pi-4',
    agent: '0.1.0',
    stage: 0,
    fit: { variant: 'tree', codec: 'brotli', payloadBytes: 100 * KB, sha256: 'new' },
    back: { sha256: 'old', payloadBytes: 90 * KB },
    isGiven: false,
    isOnline: true,
    lastSeenAt: NOW,
    presence: heard(ALWAYS),
    runningSha256: 'old',
    records: 100,
    predictionsPerDay: 20,
    link: { usedBytes: 0, limitBytes: undefined },
    reportBytes: 500,
    ...of,
  };
}

const many = (count: number, of: Partial<ForecastDevice> = {}, name = 'gw') =>
  Array.from({ length: count }, (_, i) => device(`${name}-${i}`, of));

function input(devices: ForecastDevice[], written: Partial<WrittenPlan> = {}, of: Partial<ForecastInput> = {}) {
  const plan = parsePlan({
    line: 'delay',
    version: '1.2.0',
    stages: [{ name: 'all', size: { percent: 100 } }],
    ...written,
  });
  const whole: ForecastInput = {
    now: NOW,
    plan,
    open: -1,
    predecessor: '1.1.0',
    parts: [{ variant: 'tree', parts: { golden: 'given', reference: 'given', reasons: 'generated' } }],
    selected: plan.stages.map(() => devices.length),
    devices,
    sites: new Map([['north', { zone: 'UTC', costPerMb: 2 }]]),
    untouchedSites: new Set(),
    metadata: { timestamp: 1000, snapshot: 1200, line: 4000 },
    due: [],
    frozen: undefined,
    ...of,
  };
  return whole;
}
const forecast = (...args: Parameters<typeof input>) => forecastOf(input(...args));
const stageOf = (...args: Parameters<typeof input>) => forecast(...args).stages[0];
const levels = (of: ReturnType<typeof forecast>) => of.warnings.map(({ level }) => level);
const gate = (of: ReturnType<typeof forecast>, name: string, stage = 0) =>
  of.stages[stage]?.gates.find((one) => one.gate === name);

describe('a forecast of who the release fits', () => {
  it('says nothing of a release that everybody can take, in time and within limits', () => {
    expect(forecast(many(20)).warnings).toEqual([]);
  });

  it('groups those that nothing fits by reason and profile, and names each', () => {
    const unfit = { stage: undefined, fit: { unfit: 'too large' } } as const;
    const devices = [...many(3), ...many(2, unfit, 'old'), device('tab-1', { ...unfit, profile: 'ipad' })];
    const found = forecast(devices);
    expect(found.fit).toMatchObject({
      fits: 3,
      chosen: [{ variant: 'tree', codec: 'brotli', devices: 3 }],
      unfit: [
        { profile: 'raspberry-pi-4', reason: 'too large', count: 2, devices: ['old-0', 'old-1'] },
        { profile: 'ipad', count: 1 },
      ],
    });
    expect(found.devices.find((one) => one.device === 'tab-1')).toMatchObject({ unfit: 'too large', stage: null });
    expect(levels(found).filter((level) => level === 'left-out')).toHaveLength(2);
  });

  it.each([
    ['fits nobody', input(many(2, { stage: undefined, fit: { unfit: 'opset' } })), 'no variant of delay@1.2.0 fits'],
    ['selects nobody', input([], {}, { selected: [0] }), 'selects no device'],
  ])('warns first of a rollout that %s', (_what, of, sentence) => {
    expect(forecastOf(of).warnings[0]).toMatchObject({ level: 'refused' });
    expect(forecastOf(of).warnings[0]?.sentence).toContain(sentence);
  });

  it('puts the worst first, whatever is found first', () => {
    const devices = [
      ...many(3, { link: { usedBytes: 0, limitBytes: KB } }),
      device('gone', { isOnline: false, lastSeenAt: null, presence: [] }),
      device('odd', { stage: undefined, fit: { unfit: 'opset' } }),
    ];
    const found = levels(
      forecast(devices, { gates: { failures: { atMost: 0.02, sureBelow: 0.1 } } }, { frozen: 'holiday' }),
    );
    const order = ['refused', 'holds', 'blind', 'late', 'budget', 'left-out', 'note'];
    expect(found).toEqual(found.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(new Set(found)).toEqual(new Set(['holds', 'late', 'budget', 'left-out']));
  });
});

describe('a forecast of what gates can tell', () => {
  it('says how large a share of failures a stage sees, and that it is too small to be sure', () => {
    const found = forecast(many(50), { gates: { failures: { atMost: 0.02, sureBelow: 0.05 } } });
    expect(gate(found, 'failures')).toMatchObject({
      canStop: true,
      canPass: false,
      devicesToStop: 7,
      devicesToPass: 74,
    });
    expect(gate(found, 'failures')?.sentence).toBe(
      'failures: 50 devices see a share of failures above 22.3 % (with 95 % chance; 7 stop it); `sureBelow: 0.05` needs 74 devices without a failure, and about 50 of all stages so far will have had a chance: it cannot pass by itself',
    );
    expect(found.warnings[0]).toMatchObject({ level: 'holds', stage: 'all' });
    const larger = forecast(many(74), { gates: { failures: { atMost: 0.02, sureBelow: 0.05 } } });
    expect(gate(larger, 'failures')).toMatchObject({ canPass: true });
  });

  it('counts failures over all stages that opened, and passes by the stage alone', () => {
    const stages = [
      { name: 'canary', size: { count: 10 } },
      { name: 'rest', size: { percent: 100 } },
    ];
    const found = forecast([...many(10), ...many(40, { stage: 1 }, 'rest')], { stages });
    expect(gate(found, 'failures', 0)).toMatchObject({ sample: 10, own: 10 });
    expect(gate(found, 'failures', 1)).toMatchObject({ sample: 50, own: 40 });
  });

  it.each([
    ['agreement', { agreement: { atLeast: 0.9 } }, { runningSha256: undefined }],
    ['agreement', { agreement: { atLeast: 0.9 } }, { records: 19 }],
    ['latency', { latency: { atMost: 2 } }, { records: 0 }],
    ['memory', { memory: { atMost: 2 } }, { runningSha256: undefined }],
    ['errors', { errors: { atMost: 0.1 } }, { predictionsPerDay: 7 }],
    ['proven', {}, { records: 0 }],
    ['drift', { drift: { atMost: 0 } }, { predictionsPerDay: 0 }],
  ] as const)('knows that %s needs what these devices have not', (name, gates, lacking) => {
    const stages = [{ name: 'all', size: { percent: 100 }, deadline: '7d' }];
    expect(gate(forecast(many(20), { gates, stages }), name)).toMatchObject({ canPass: true });
    const found = forecast(many(20, lacking), { gates, stages });
    expect(gate(found, name)).toMatchObject({ canPass: false });
    expect(found.warnings.some(({ level, sentence }) => level === 'holds' && sentence.startsWith(name))).toBe(true);
  });

  it('says once what a gate lacks in every stage, and each time where stages differ', () => {
    const stages = [
      { name: 'canary', size: { count: 10 } },
      { name: 'rest', size: { percent: 100 } },
    ];
    const warned = (records: number) =>
      forecast([...many(10, { records: 0 }), ...many(10, { stage: 1, records }, 'rest')], {
        stages,
        gates: { latency: { atMost: 2 } },
      }).warnings.filter(({ sentence }) => sentence.startsWith('latency'));
    expect(warned(0).map(({ level, stage }) => [level, stage])).toEqual([['holds', 'canary']]);
    expect(warned(0)[0]?.sentence).toContain('nor does it in any other stage');
    expect(warned(50).map(({ level, stage }) => [level, stage])).toEqual([['holds', 'canary']]);
    expect(warned(50)[0]?.sentence).toContain('none of 10 devices');
    expect(warned(50)[0]?.sentence).not.toContain('any other stage');
  });

  it('knows that a device which runs these very bytes compares nothing', () => {
    const gates = { agreement: { atLeast: 0.9 } };
    expect(gate(forecast(many(20, { runningSha256: 'new' }), { gates }), 'agreement')).toMatchObject({ sample: 0 });
    expect(gate(forecast(many(20, { runningSha256: 'new', isGiven: true }), { gates }), 'agreement')).toMatchObject({
      sample: 20,
    });
  });

  it('knows that drift is never judged without a reference, and not before its window is over', () => {
    const gates = { drift: { atMost: 0 } };
    const absent = {
      parts: [{ variant: 'tree', parts: { golden: 'absent', reference: 'absent', reasons: 'absent' } }],
    };
    const found = forecast(many(20), { gates }, absent as Partial<ForecastInput>);
    expect(found.parts.map(({ part, undecided }) => [part, undecided])).toEqual([
      ['golden', []],
      ['reference', ['drift']],
      ['reasons', []],
    ]);
    expect(gate(found, 'drift')?.sentence).toContain('no reference');
    const stages = [{ name: 'all', size: { percent: 100 }, deadline: '1d' }];
    expect(gate(forecast(many(20), { gates, stages }), 'drift')?.sentence).toMatch(/2026-0\d-\d\d, after the deadline/);
  });

  it('says before the start that days are not compared with chances', () => {
    const unlike = { unlike: '2.0.0 answers a value in days, and 1.1.0 before it the chance of 1' };
    const gates = { quality: { worseBy: 0.5 }, agreement: { atLeast: 0.9 } };
    const [worst] = forecast(many(20), { gates }, unlike).warnings;
    expect(worst).toEqual({
      level: 'holds',
      stage: undefined,
      sentence: `${unlike.unlike}; the gate agreement, quality can never decide`,
    });
    expect(forecast(many(20), {}, unlike).warnings).toMatchObject([{ level: 'note', sentence: unlike.unlike }]);
  });

  it('counts outcomes that mature in time on sites of both models, and only those that are asked about', () => {
    const stages = [
      { name: 'canary', size: { count: 8 } },
      { name: 'rest', size: { percent: 100 }, approval: 'required' as const },
    ];
    const devices = Array.from({ length: 16 }, (_, i) => device(`gw-${i}`, { site: `s${i}`, stage: i < 8 ? 0 : 1 }));
    const due = devices.flatMap(({ site }) =>
      Array.from({ length: 10 }, (_, i) => ({ site, dueAt: NOW + (i + 1) * DAY_MS, isAsked: i % 2 === 0 })),
    );
    const of = (minimum: number) =>
      gate(forecast(devices, { stages, gates: { quality: { worseBy: 0.01, minimum } } }, { due }), 'quality');
    // Days 1, 3, 5 and 7 of ten, on eight sites of either model.
    expect(of(32)).toMatchObject({ canStop: true, canPass: true, sample: 32 });
    expect(of(33)).toMatchObject({ canStop: false, canPass: false });
    expect(of(33)?.sentence).toContain('33 of each are needed: it cannot decide');
  });
});

describe('a forecast of bytes and cost', () => {
  const metadata = { timestamp: 1000, snapshot: 1200, line: 4000 };

  it('counts payload, documents and what carries them', () => {
    const bytes = bytesOf(device('gw'), metadata);
    expect(bytes).toMatchObject({ model: 100 * KB, metadata: 750 + 6200 });
    expect(bytes.total).toBe(bytes.model + bytes.metadata + bytes.protocol);
    const next = bytesOf(
      device('gw', { fit: { variant: 'tree', codec: 'none', payloadBytes: 164 * KB, sha256: 'new' } }),
      metadata,
    );
    // One block of 64 KB more is one question and one answer.
    expect(next.protocol - bytes.protocol).toBeGreaterThan(150);
    expect(next.protocol - bytes.protocol).toBeLessThan(400);
  });

  it.each([
    ['runs these bytes already', { runningSha256: 'new' }, 0],
    ['has been given them', { isGiven: true }, 0],
    ['runs others', {}, 100 * KB],
  ])('counts model bytes as it should for a device that %s', (_what, of, model) => {
    expect(bytesOf(device('gw', of), metadata).model).toBe(model);
  });

  it('goes back without bytes where the predecessor runs now', () => {
    const devices = [...many(3), device('other', { runningSha256: 'older' }), device('first', { back: undefined })];
    expect(forecast(devices).bytes.back).toEqual({ devices: 4, fetching: 1, model: 90 * KB });
  });

  it('adds up sites by their price, and says where none is known', () => {
    const devices = [...many(2), device('far', { site: 'island' }), device('dear', { site: 'south' })];
    const sites = new Map([
      ['north', { zone: 'UTC', costPerMb: 2 }],
      ['south', { zone: 'UTC', costPerMb: 50 }],
      ['island', { zone: 'UTC', costPerMb: null }],
    ]);
    const found = forecast(devices, {}, { sites });
    const [one = Number.NaN] = found.devices.map(({ bytes }) => bytes.total);
    expect(found.bytes.sites.map(({ site }) => site)).toEqual(['south', 'north', 'island']);
    expect(found.bytes.cost).toBeCloseTo(((2 * 2 + 50) * one) / 2 ** 20, 2);
    expect(found.bytes.unpriced.devices).toBe(1);
    expect(levels(found)).toEqual(['note']);
  });

  it('names devices whose limit it would exceed, this month or ever', () => {
    const limit = 150 * KB;
    const found = forecast([
      ...many(20),
      device('used', { link: { usedBytes: 100 * KB, limitBytes: limit } }),
      device('enough', { link: { usedBytes: 10 * KB, limitBytes: limit } }),
      device('never', { link: { usedBytes: 0, limitBytes: 50 * KB } }),
    ]);
    expect(found.bytes.over.map((one) => one.device)).toEqual(['never', 'used']);
    expect(found.warnings.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('(never): a whole month is not enough'),
      expect.stringContaining('(used): they wait for the next month'),
    ]);
  });
});

describe('a forecast of first installs', () => {
  const none = { runningSha256: undefined };

  it('says how many have nothing to be compared with, of those that are given the release', () => {
    const devices = [...many(3), ...many(2, none, 'new'), ...many(4, { ...none, stage: undefined }, 'left')];
    const notes = forecast(devices).warnings.filter(({ sentence }) => sentence.includes('first install'));
    expect(notes).toMatchObject([{ level: 'note', sentence: expect.stringMatching(/^2 devices have no model/) }]);
    const [one] = forecast([...many(3), device('new', none)]).warnings;
    expect(one?.sentence).toMatch(/^1 device has no model/);
  });
});

describe('a forecast of time', () => {
  const away = { isOnline: false, lastSeenAt: NOW - DAY_MS };
  const nightly = 1 << 2;

  it('has everybody at once who is there', () => {
    expect(stageOf(many(10))).toMatchObject({
      online: 10,
      within: { hour: 1, day: 1, week: 1 },
      halfAfterMs: 0,
      ninetyAfterMs: 0,
      likelyMs: 0,
    });
  });

  it('waits for the hour at which devices come', () => {
    const found = stageOf([...many(6), ...many(4, { ...away, presence: heard(nightly) }, 'night')]);
    expect(found?.within).toEqual({ hour: 0.6, day: 1, week: 1 });
    expect(found).toMatchObject({ halfAfterMs: 0, ninetyAfterMs: 17 * HOUR_MS });
  });

  it('waits for the window of each site by its own clock', () => {
    const window = { from: '20:00', until: '22:00' };
    const sites = new Map([
      ['north', { zone: 'UTC', costPerMb: 2 }],
      ['east', { zone: 'Asia/Tokyo', costPerMb: 2 }],
    ]);
    const devices = [...many(5), ...many(5, { site: 'east' }, 'east')];
    // 20:00 in Tokyo is 11:00 UTC.
    expect(stageOf(devices, { window }, { sites })).toMatchObject({
      halfAfterMs: 2 * HOUR_MS,
      ninetyAfterMs: 11 * HOUR_MS,
    });
  });

  it('does not count contact outside the window', () => {
    const window = { from: '20:00', until: '22:00' };
    const found = forecast(many(10, { ...away, presence: heard(nightly) }), { window });
    expect(found.stages[0]).toMatchObject({ within: { week: 0 }, byDeadline: 0, ninetyAfterMs: undefined });
    expect(found.warnings[0]?.level).toBe('holds');
  });

  it('waits until freeze dates are over', () => {
    const freezes = [{ from: '2026-05-12', until: '2026-05-14' }];
    const found = stageOf(many(10), { freezes });
    // From half past nine on the 13th to midnight after the 14th, to the next whole hour.
    expect(found).toMatchObject({ halfAfterMs: 39 * HOUR_MS, within: { hour: 0, day: 0, week: 1 } });
  });

  it('takes a stage of a rate as long as the rate says, and the soak', () => {
    const stages = [{ name: 'all', size: { percent: 100 }, perHour: 5, soak: '24h' }];
    expect(stageOf(many(50), { stages })).toMatchObject({
      servingMs: 9 * HOUR_MS,
      halfAfterMs: 4 * HOUR_MS,
      ninetyAfterMs: 8 * HOUR_MS,
      likelyMs: 32 * HOUR_MS,
    });
  });

  it('opens a stage when those before it are likely to be over', () => {
    const stages = [
      { name: 'canary', size: { count: 10 }, soak: '24h' },
      { name: 'rest', size: { percent: 100 } },
    ];
    const devices = [...many(10), ...many(10, { stage: 1 }, 'rest')];
    const opens = (open: number) => forecast(devices, { stages }, { open }).stages.map((one) => one.opensAfterMs);
    expect(opens(-1)).toEqual([0, DAY_MS]);
    expect(opens(1)).toEqual([0, 0]);
  });

  it('names devices that are silent, and counts those of which nothing is known', () => {
    const found = forecast([
      ...many(20),
      device('lost', { isOnline: false, lastSeenAt: NOW - 31 * DAY_MS, presence: [] }),
      device('never', { isOnline: false, lastSeenAt: null, presence: [] }),
    ]);
    expect(found.stages[0]).toMatchObject({ silent: ['lost', 'never'], unknown: 2, byDeadline: 20 });
    expect(found.warnings.at(-1)?.sentence).toContain('have not been heard from for 30 days: lost, never');
  });

  it('is made for ten thousand devices at once', () => {
    const stages = [
      { name: 'canary', size: { percent: 1 } },
      { name: 'rest', size: { percent: 100 } },
    ];
    const devices = Array.from({ length: 10_000 }, (_, i) =>
      device(`gw-${i}`, { ...away, stage: i < 100 ? 0 : 1, presence: heard(1 << (i % 24)) }),
    );
    const found = forecast(devices, { stages, window: { from: '18:00', until: '06:00' } });
    expect(found.stages.map((stage) => stage.devices)).toEqual([100, 9900]);
    expect(found.stages[1]?.within.week).toBeCloseTo(0.5, 2);
  });

  it('is the same for the same input', () => {
    const of = input(many(30, { presence: heard(nightly), isOnline: false }));
    expect(forecastOf(of)).toEqual(forecastOf(of));
  });
});
