import { isObject, type JsonObject } from '../compose.ts';
import type { Finding } from './problem.ts';

/** Reads one file; what is wrong with its text, not yet with its content, comes as findings. */
export function readText(text: string): { value: JsonObject | undefined; findings: Finding[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { value: undefined, findings: [{ field: '', problem: `is not JSON: ${String(error)}` }] };
  }
  if (!isObject(value)) return { value: undefined, findings: [{ field: '', problem: 'is not a JSON object' }] };
  const findings: Finding[] = [];
  if (!/[^\n]\n$/.test(text)) findings.push({ field: '', problem: 'does not end with exactly one line break' });
  if (withoutSpace(text) !== JSON.stringify(value)) {
    findings.push({ field: '', problem: 'has a key twice, or an escape or number that is not in its shortest form' });
  }
  return { value, findings };
}

/** A key given twice is lost on reading, so only the text can show it. */
function withoutSpace(text: string): string {
  return text.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}
