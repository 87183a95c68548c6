import { SaxesParser } from 'saxes';
import type { TextSource } from '../csv/index.ts';
import { ScheduleError, tooLarge, type ScheduleLimits } from '../errors.ts';
import { decodeXml } from './decode-xml.ts';

/** One element with what stands in it; `text` is trimmed. */
export interface XmlElement {
  name: string;
  text: string;
  children: XmlElement[];
}

export interface ElementRules {
  root: string;
  /** Paths below the root whose elements are handed over whole, one at a time, and then dropped. */
  records: ReadonlySet<string>;
  /** Elements below the root that hold records: only what `records` names is kept of them. */
  lists: ReadonlySet<string>;
  /** Elements inside records that are passed over. */
  skipped: ReadonlySet<string>;
}

export interface FoundElement {
  path: string;
  element: XmlElement;
  line: number;
}

const MAX_DEPTH = 32;

/**
 * Records of an XML document as they close, and the simple elements directly below the root. Strict: what is not
 * well-formed is refused, a document type too, so there are no entities but the five of XML.
 */
export async function* readElements(
  source: TextSource,
  rules: ElementRules,
  limits: ScheduleLimits,
): AsyncGenerator<FoundElement> {
  const found: FoundElement[] = [];
  const parser = new SaxesParser({ xmlns: false, position: true });
  const names: string[] = [];
  /** The record being read and the elements open inside it. */
  let open: XmlElement[] = [];
  let recordDepth = 0;
  let skippedDepth = 0;
  let elements = 0;
  let textLength = 0;

  parser.on('error', (error) => {
    throw new ScheduleError('xml_malformed', `the file is not well-formed XML: ${error.message}`, {
      field: `line ${parser.line}`,
      expected: 'a complete, well-formed XML document',
      cause: error,
    });
  });
  parser.on('doctype', () => {
    throw new ScheduleError('xml_document_type', 'the file declares a document type', {
      kind: 'refused',
      field: `line ${parser.line}`,
      expected: 'no DOCTYPE: entities are not expanded',
    });
  });
  parser.on('opentag', ({ name: qualified }) => {
    const name = qualified.slice(qualified.indexOf(':') + 1);
    if (names.length === 0 && name !== rules.root) throw wrongRoot(name, rules.root);
    names.push(name);
    if (names.length > MAX_DEPTH) throw tooDeep(parser.line);
    if (++elements > limits.rows * 20) throw tooLarge('elements', limits.rows * 20, `line ${parser.line}`);
    textLength = 0;
    if (skippedDepth > 0) return;
    if (open.length > 0 && rules.skipped.has(name)) skippedDepth = names.length;
    else if (open.length === 0 && names.length === 2 && rules.lists.has(name)) return;
    else if (open.length > 0 || names.length === 2 || rules.records.has(names.slice(1).join('/'))) {
      const element: XmlElement = { name, text: '', children: [] };
      open.at(-1)?.children.push(element);
      if (open.length === 0) recordDepth = names.length;
      open.push(element);
    }
  });
  const addText = (text: string) => {
    textLength += text.length;
    if (textLength > limits.lineCharacters) throw tooLong(parser.line, limits.lineCharacters);
    const element = open.at(-1);
    if (skippedDepth === 0 && element !== undefined) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const depth = names.length;
    const path = names.slice(1).join('/');
    names.pop();
    if (skippedDepth > 0) {
      if (skippedDepth === depth) skippedDepth = 0;
      return;
    }
    const element = open.pop();
    if (element === undefined) return;
    element.text = element.text.trim();
    if (depth !== recordDepth) return;
    open = [];
    found.push({ path, element, line: parser.line });
  });

  const counted = decodeXml(source, limits);
  for await (const text of counted) {
    parser.write(text);
    yield* found.splice(0);
  }
  parser.close();
  yield* found.splice(0);
}

export function textOf(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text || undefined;
}

export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

function wrongRoot(name: string, expected: string): ScheduleError {
  return new ScheduleError('xml_wrong_root', `the root element is ${name}`, { field: name, expected });
}

function tooDeep(line: number): ScheduleError {
  return new ScheduleError('xml_too_deep', `elements are nested deeper than ${MAX_DEPTH}`, {
    kind: 'too-large',
    field: `line ${line}`,
    expected: `at most ${MAX_DEPTH} levels`,
  });
}

function tooLong(line: number, limit: number): ScheduleError {
  return new ScheduleError('schedule_line_too_long', `a text is longer than ${limit} characters`, {
    kind: 'too-large',
    field: `line ${line}`,
    expected: `at most ${limit} characters`,
  });
}
