import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import {
  declaredDocument,
  MAX_DOCUMENTS,
  type DeclaredDocument,
  type DeclaredProblem,
  type Path,
} from '../document.ts';
import { problemsOf } from '../problems.ts';
import { lineOf, type Position } from './positions.ts';

export const MAX_FILE_BYTES = 1_000_000;
/** Enough for what people share within a file, and far from what makes a small file a large value. */
const MAX_ALIASES = 100;
/** How much larger than a file what its aliases stand for may be. */
const MAX_EXPANDED = 4;
const MAX_FAULTS = 20;
const MAX_MESSAGE = 200;
/** No document needs a tenth of it; a reader that follows a bracket by a bracket ends in its own stack. */
const MAX_DEPTH = 64;

export interface SourceFile {
  name: string;
  bytes: Uint8Array;
}

/** A problem with the place to look at. */
export type PlacedProblem = DeclaredProblem & Position;

export interface ReadFiles {
  documents: DeclaredDocument[];
  problems: PlacedProblem[];
  /** More than are applied together. */
  isTooMany: boolean;
  /** Where a path of a document stands; `document` as in `documents`. */
  placeOf(document: number, path: Path): Position;
}

/** The documents of YAML or JSON files, several a file; everything wrong with them at once. Pure: values in and out. */
export function readFiles(files: readonly SourceFile[]): ReadFiles {
  const documents: DeclaredDocument[] = [];
  const problems: PlacedProblem[] = [];
  const places: ((path: Path) => Position)[] = [];
  for (const file of files) {
    const lines = new LineCounter();
    const refuse = (message: string, line = 1, expected?: string) =>
      problems.push({
        code: 'declared_file_unreadable',
        path: [],
        field: 'file',
        message,
        expected,
        file: file.name,
        line,
      });
    for (const document of parsed(file, lines, refuse)) {
      const place = (path: Path) => ({ file: file.name, line: lineOf(document, lines, path) });
      const value = valueOf(document, (message) => refuse(message, place([]).line));
      if (value === undefined || value === null) continue;
      const read = declaredDocument.safeParse(value);
      if (read.success) {
        documents.push(read.data);
        places.push(place);
      } else {
        const found = problemsOf(read.error, documents.length, []);
        problems.push(...found.map((one) => ({ ...one, document: undefined, ...place(one.path) })));
      }
    }
  }
  const isTooMany = documents.length > MAX_DOCUMENTS;
  if (isTooMany) {
    const { file, line } = places[MAX_DOCUMENTS]!([]);
    const message = `${documents.length} documents; at most ${MAX_DOCUMENTS} are applied together`;
    problems.push({ code: 'declared_file_unreadable', path: [], field: 'file', message, file, line });
  }
  return { documents, problems, isTooMany, placeOf: (document, path) => places[document]!(path) };
}

/** One text that is one value, whatever it describes; with faults it has none. */
export function readText(text: string): { value?: unknown; problems: PlacedProblem[]; lineOf(path: Path): number } {
  const file = { name: 'text', bytes: new TextEncoder().encode(text) };
  const lines = new LineCounter();
  const problems: PlacedProblem[] = [];
  const refuse = (message: string, line = 1, expected = 'one document of YAML or JSON') =>
    problems.push({
      code: 'declared_file_unreadable',
      path: [],
      field: 'text',
      message,
      expected,
      file: file.name,
      line,
    });
  const [document, ...more] = parsed(file, lines, refuse);
  const value = document && valueOf(document, refuse);
  if (problems.length === 0 && (more.length > 0 || typeof value !== 'object' || value === null)) {
    refuse(more.length > 0 ? `${1 + more.length} documents` : 'nothing is written');
  }
  const at = (path: Path) => (document === undefined ? 1 : lineOf(document, lines, path));
  return { ...(problems.length === 0 && { value }), problems, lineOf: at };
}

type Refuse = (message: string, line?: number, expected?: string) => void;

function parsed(file: SourceFile, lines: LineCounter, refuse: Refuse): Document[] {
  const text = textOf(file, refuse);
  if (text === undefined || isTooMuch(text, refuse)) return [];
  try {
    const read = parseAllDocuments(text, {
      lineCounter: lines,
      uniqueKeys: true,
      stringKeys: true,
      prettyErrors: false,
    });
    const found = 'empty' in read ? [] : [...read];
    // A tag that nobody knows is a warning to the reader; to us it is a value that was meant otherwise.
    const faults = found.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
    for (const { message, pos } of faults.slice(0, MAX_FAULTS)) {
      refuse(message.slice(0, MAX_MESSAGE), lines.linePos(pos[0]).line);
    }
    if (faults.length > MAX_FAULTS) refuse(`and ${faults.length - MAX_FAULTS} faults more`);
    return found.filter(({ errors, warnings }) => errors.length + warnings.length === 0);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    refuse(`cannot be read: ${error.message}`);
    return [];
  }
}

function textOf({ bytes }: SourceFile, refuse: Refuse): string | undefined {
  if (bytes.length > MAX_FILE_BYTES) {
    refuse(`${bytes.length} bytes`, 1, `at most ${MAX_FILE_BYTES} bytes a file`);
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    refuse('not UTF-8', 1, 'a text file in UTF-8');
    return undefined;
  }
}

/** As it goes over the wire: a value that contains itself has no such form. */
function valueOf(document: Document, refuse: (message: string) => void): unknown {
  try {
    const json = JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null);
    if (json.length <= MAX_EXPANDED * MAX_FILE_BYTES) return JSON.parse(json) as unknown;
    refuse('its aliases make it too large');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    refuse(`its aliases cannot be followed: ${error.message.split('\n')[0]}`);
  }
  return undefined;
}

/**
 * What would keep the reader busy, found in one pass: brackets within brackets, indentation, documents without end.
 * Quotes are not looked at, so a line that begins a key or a document starts the count again.
 */
function isTooMuch(text: string, refuse: Refuse): boolean {
  let open = 0;
  let marks = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^[a-z-]/i.test(line)) open = 0;
    if (line.startsWith('---')) marks += 1;
    for (const character of line) {
      if (character === '[' || character === '{') open += 1;
      else if (character === ']' || character === '}') open = Math.max(0, open - 1);
    }
    const indentation = /^[\s-]*/.exec(line)?.[0].length ?? 0;
    if (open > MAX_DEPTH || indentation > 4 * MAX_DEPTH) {
      refuse(`lists and objects within each other more than ${MAX_DEPTH} deep`, index + 1);
      return true;
    }
    if (marks > MAX_DOCUMENTS) {
      refuse(`more than ${MAX_DOCUMENTS} documents`, index + 1, `at most ${MAX_DOCUMENTS} applied together`);
      return true;
    }
  }
  return false;
}
