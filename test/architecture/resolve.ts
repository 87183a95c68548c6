import { posix } from 'node:path';

/** Doors of the workspace packages, by the name they are imported under. */
const DOORS: readonly [RegExp, string][] = [
  [/^@plumbline\/shared\/(.+)$/, 'shared/src/$1/index.ts'],
  [/^@plumbline\/firmware-profiles$/, 'firmware-profiles/src/index.ts'],
  [/^@plumbline\/agent(\/core)?$/, 'agent/src/index.ts'],
  [/^@plumbline\/agent\/(node|browser|simulated)$/, 'agent/src/$1/index.ts'],
  [/^@plumbline\/fleet-server$/, 'fleet-server/src/index.ts'],
  [/^@plumbline\/console(\/|$)/, 'fleet-server/console/'],
  [/^@plumbline\/tablet(\/|$)/, 'agent/tablet/'],
  [/^@plumbline\/test(\/|$)/, 'test/'],
];

/**
 * What a specifier means in the words of the rules: a path from the root of the repository for our own files,
 * `node:…` for what Node brings, `npm:…` for packages of others.
 */
export function targetOf(importer: string, specifier: string): string {
  if (/^\.{1,2}(\/|$)/.test(specifier)) return posix.join(posix.dirname(importer), specifier);
  if (specifier.startsWith('node:')) return specifier;
  const door = DOORS.find(([name]) => name.test(specifier));
  if (door) return specifier.replace(door[0], door[1]);
  return NODE_MODULES.has(specifier.split('/')[0] ?? '') ? `node:${specifier}` : `npm:${specifier}`;
}

/** Modules of Node that can be imported without the prefix. */
const NODE_MODULES: ReadonlySet<string> = new Set(process.getBuiltinModule('node:module').builtinModules);

/** Wing (server only) and room of a file; undefined where a file stands outside of one. */
export function placeOf(path: string): { wing: string | undefined; room: string | undefined } {
  const folders = /^[^/]+\/src\/(.*)$/.exec(path)?.[1]?.split('/').slice(0, -1) ?? [];
  return path.startsWith('fleet-server/src/')
    ? { wing: folders[0], room: folders[1] }
    : { wing: undefined, room: folders[0] };
}

/** One string for the room a file belongs to, so that two files can be compared. */
export function roomOf(path: string): string {
  const { wing, room } = placeOf(path);
  return [path.split('/')[0], wing, room].filter((part) => part !== undefined).join('/');
}
