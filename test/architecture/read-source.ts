import { parseSync, visitorKeys } from 'oxc-parser';

export interface ImportedName {
  /** As written: `./a.ts`, `node:fs`, `@plumbline/shared/wire`. */
  specifier: string;
  line: number;
  /** True when nothing of it is left at run time. */
  isType: boolean;
}

export interface Mention {
  /** A name, or a dotted name such as `Math.random`, without `globalThis.`. */
  name: string;
  line: number;
}

/** What one file imports, and the names of others it mentions, both in order. Throws when it does not parse. */
export function readSource(path: string, text: string): { imports: ImportedName[]; mentions: Mention[] } {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const imports: ImportedName[] = [];
  const mentions: Mention[] = [];
  walk(program as unknown as Node, undefined, '', (node, parent, key) => {
    const line = lineAt(text, node.start);
    const imported = importOf(node);
    if (imported) imports.push({ ...imported, line });
    mentions.push(...namesOf(node, parent, key).map((name) => ({ name, line })));
  });
  return { imports, mentions };
}

/** The parts of a syntax node (ESTree with TypeScript) that are looked at here. */
interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

type Visit = (node: Node, parent: Node | undefined, key: string) => void;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function walk(node: Node, parent: Node | undefined, key: string, visit: Visit): void {
  visit(node, parent, key);
  for (const childKey of visitorKeys[node.type] ?? []) {
    const child = node[childKey];
    for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) walk(one, node, childKey, visit);
  }
}

function importOf(node: Node): Omit<ImportedName, 'line'> | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return literal(node['source'], node['importKind'] === 'type');
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return literal(node['source'], node['exportKind'] === 'type');
    case 'ImportExpression':
      return literal(node['source'], false);
    case 'TSImportType':
      return literal(node['source'], true);
    case 'TSExternalModuleReference':
      return literal(node['expression'], false);
    case 'CallExpression':
      return isLoader(node['callee']) && Array.isArray(node['arguments'])
        ? literal(node['arguments'][0], false)
        : undefined;
    default:
      return undefined;
  }
}

/** `require(…)`, `import.meta.resolve(…)` and `require.resolve(…)` lead to a file just as `import` does. */
function isLoader(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  if (callee.type === 'Identifier') return callee['name'] === 'require';
  return callee.type === 'MemberExpression' && isNode(callee['property']) && callee['property']['name'] === 'resolve'
    ? isNode(callee['object']) && (callee['object'].type === 'MetaProperty' || callee['object']['name'] === 'require')
    : false;
}

function literal(node: unknown, isType: boolean): Omit<ImportedName, 'line'> | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal' && typeof node['value'] === 'string') return { specifier: node['value'], isType };
  const quasis = node['quasis'];
  if (node.type !== 'TemplateLiteral' || !Array.isArray(quasis) || quasis.length !== 1) return undefined;
  return { specifier: String(quasis[0].value.cooked), isType };
}

/** The names this node reads; the name of a property or a key is not a reading. */
function namesOf(node: Node, parent: Node | undefined, key: string): string[] {
  if (node.type === 'MemberExpression') return [dotted(node)].filter((name) => name !== undefined);
  if (node.type === 'VariableDeclarator') return unpacked(node);
  if (node.type !== 'Identifier' || typeof node['name'] !== 'string') return [];
  const isPropertyName = (key === 'property' || key === 'key') && parent?.['computed'] === false;
  return isPropertyName ? [] : [node['name']];
}

/** `a.b` and `a['b']` as `a.b`; the global object in front is left out. */
function dotted(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return String(node['name']);
  if (node.type !== 'MemberExpression' || !isNode(node['property'])) return undefined;
  const object = dotted(node['object']);
  const property = node['computed'] === true ? node['property']['value'] : node['property']['name'];
  if (object === undefined || typeof property !== 'string') return undefined;
  return GLOBALS.includes(object) ? property : `${object}.${property}`;
}

const GLOBALS: readonly string[] = ['globalThis', 'self', 'window', 'global'];

/** `const { random } = Math` reads `Math.random`. */
function unpacked(node: Node): string[] {
  const object = dotted(node['init']);
  const pattern = node['id'];
  if (object === undefined || !isNode(pattern) || !Array.isArray(pattern['properties'])) return [];
  return pattern['properties']
    .map((property) => (isNode(property) && isNode(property['key']) ? property['key']['name'] : undefined))
    .filter((name) => typeof name === 'string')
    .map((name) => (GLOBALS.includes(object) ? name : `${object}.${name}`));
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
