import type { Scalar } from './spec.ts';

const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

/** `LEFT OP RIGHT`, or one value that is true or false; each a reference, a number, a truth or a quoted text. */
export interface Condition {
  left: string;
  operator?: Operator;
  right?: string;
}

const OPERAND = String.raw`\$\{\{[^}]*\}\}|"[^"]*"|'[^']*'|[\w.+-]+`;
const FORM = new RegExp(String.raw`^\s*(${OPERAND})\s*(?:(==|!=|<=|>=|<|>)\s*(${OPERAND}))?\s*$`);

/** Undefined for a text that is no condition. */
export function parseCondition(text: string): Condition | undefined {
  const [, left, operator, right] = FORM.exec(text) ?? [];
  if (left === undefined || [left, right].some((one) => one !== undefined && !isOperand(one))) return undefined;
  if (operator === undefined || right === undefined) return { left };
  return { left, operator: operator as Operator, right };
}

/** @param valueOf what an operand that is a reference means */
export function holds({ left, operator, right }: Condition, valueOf: (text: string) => unknown): boolean {
  const [a, b] = [left, right].map((one) => (one === undefined ? undefined : literalOf(one, valueOf)));
  if (operator === undefined) return a === true;
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  // Figures that could not be computed, and texts beside numbers, are in no order.
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  const [x, y] = [a, b as typeof a];
  if (operator === '<') return x < y;
  if (operator === '<=') return x <= y;
  return operator === '>' ? x > y : x >= y;
}

function isOperand(text: string): boolean {
  return text.startsWith('${{') || literalOf(text, () => undefined) !== undefined;
}

function literalOf(text: string, valueOf: (text: string) => unknown): Scalar | undefined {
  if (text.startsWith('${{')) return valueOf(text) as Scalar;
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}
