import { ExperimentError } from '../errors.ts';

const KEY = /^[A-Za-z0-9][\w.-]{0,63}$/;
const FILE = /^[A-Za-z0-9][\w.-]{0,127}$/;
const MAX_TAGS = 32;
const MAX_TEXT = 256;
const MAX_SETTINGS = 1024 * 1024;
const MAX_ARTIFACTS = 64;

/** @throws ExperimentError `run_malformed` */
export function requireText(field: string, text: string): void {
  if (text.trim() === '' || text.length > MAX_TEXT) throw malformed(field, `1 to ${MAX_TEXT} characters`);
}

/** @throws ExperimentError `run_malformed` naming the tag */
export function requireTags(tags: Readonly<Record<string, string>>): void {
  const names = Object.keys(tags);
  if (names.length > MAX_TAGS) throw malformed('tags', `at most ${MAX_TAGS} tags`);
  for (const name of names) {
    if (!KEY.test(name)) throw malformed(`tags.${name.slice(0, 80)}`, 'letters, digits, points, hyphens, at most 64');
    if (tags[name]!.length > MAX_TEXT) throw malformed(`tags.${name}`, `at most ${MAX_TEXT} characters`);
  }
}

/** As JSON, within its limit. @throws ExperimentError `run_malformed` */
export function settingsText(settings: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(settings);
  if (text.length > MAX_SETTINGS) throw malformed('settings', `at most ${MAX_SETTINGS} characters as JSON`);
  return text;
}

/** @throws ExperimentError `run_malformed` */
export function requireArtifacts(artifacts: readonly { name: string }[]): void {
  if (artifacts.length > MAX_ARTIFACTS) throw malformed('artifacts', `at most ${MAX_ARTIFACTS}`);
  const seen = new Set<string>();
  artifacts.forEach(({ name }, index) => {
    if (!FILE.test(name)) throw malformed(`artifacts.${index}.name`, 'a file name without a folder');
    if (seen.has(name)) throw malformed(`artifacts.${index}.name`, 'each name once');
    seen.add(name);
  });
}

function malformed(field: string, expected: string): ExperimentError {
  return new ExperimentError('run_malformed', `${field}: not as expected`, { field, expected });
}
