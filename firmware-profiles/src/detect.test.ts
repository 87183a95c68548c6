import { describe, expect, it } from 'vitest';
import { detect, type DeviceFacts } from './detect.ts';

const cases: [string, DeviceFacts, string | undefined, RegExp][] = [
  [
    'a Pi 4 by its device tree',
    { arch: 'arm64', os: 'linux', memoryMb: 3792, model: 'Raspberry Pi 4 Model B Rev 1.4' },
    'raspberry-pi-4',
    /calls itself/,
  ],
  [
    'a Pi 5 by its device tree',
    { arch: 'arm64', os: 'linux', memoryMb: 8052, model: 'Raspberry Pi 5 Model B Rev 1.0' },
    'raspberry-pi-5',
    /calls itself/,
  ],
  [
    'a Siemens gateway',
    { arch: 'arm64', os: 'linux', memoryMb: 1930, model: 'SIMATIC IOT2050 Advanced' },
    'simatic-iot2050-advanced',
    /calls itself/,
  ],
  [
    'a Pi 4 with too little memory for its class as a general gateway',
    { arch: 'arm64', os: 'linux', memoryMb: 1850, model: 'Raspberry Pi 4 Model B Rev 1.2' },
    'linux-arm64-gateway',
    /needs 4096 MB.*has 1850 MB.*general class/,
  ],
  [
    'an unknown board as a general gateway',
    { arch: 'arm64', os: 'linux', memoryMb: 4000, model: 'Acme Box' },
    'linux-arm64-gateway',
    /no profile knows the model "Acme Box"/,
  ],
  [
    'an unnamed PC as a general gateway, not as a development machine',
    { arch: 'x64', os: 'linux', memoryMb: 24_000 },
    'linux-x64-gateway',
    /none given/,
  ],
  [
    'a development machine that says so',
    { arch: 'x64', os: 'linux', memoryMb: 24_000, model: 'plumbline-dev' },
    'linux-x64-dev',
    /calls itself/,
  ],
  ['an iPad, which tells neither model nor memory', { arch: 'arm64', os: 'ipados' }, 'ipad-10', /general class/],
  [
    'a Galaxy tablet by its model number',
    { arch: 'arm64', os: 'android', memoryMb: 8192, model: 'SM-X306B' },
    'galaxy-tab-active5',
    /calls itself/,
  ],
  [
    'nothing in a 32-bit board',
    { arch: 'arm', os: 'linux', memoryMb: 4096, model: 'Raspberry Pi 4 Model B Rev 1.4' },
    undefined,
    /32-bit Arm \(armv7\) is not supported: Node 24.*not released for armv7/,
  ],
  [
    'an Alpine system by its C library',
    { arch: 'x64', os: 'linux', libc: 'musl', memoryMb: 4000 },
    'linux-x64-musl-gateway',
    /general class Linux x64 gateway with musl/,
  ],
  [
    'a Pi 5 with Alpine as what it is not',
    { arch: 'arm64', os: 'linux', libc: 'musl', memoryMb: 8052, model: 'Raspberry Pi 5 Model B Rev 1.0' },
    undefined,
    /64-bit Arm with musl is not supported/,
  ],
  ['nothing in a machine with very little memory', { arch: 'x64', os: 'linux', memoryMb: 512 }, undefined, /512 MB/],
];

describe('detect', () => {
  it.each(cases)('sees %s', (_, facts, profile, reason) => {
    const detected = detect(facts);
    expect(detected.profile).toBe(profile);
    expect(detected.reason).toMatch(reason);
  });
});
