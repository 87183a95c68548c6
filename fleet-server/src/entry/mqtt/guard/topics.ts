import { GuardError } from './errors.ts';
import type { GuardLimits } from './limits.ts';

/** Where a message goes (section 4.7). @throws GuardError `mqtt_topic`. */
export function checkTopic(topic: string, field: string, limits: GuardLimits): void {
  const refuse = (expected: string): never => {
    throw new GuardError('mqtt_topic', field, expected);
  };
  if (topic === '') refuse('a topic');
  if (/[+#]/.test(topic)) refuse('no wildcard');
  // These belong to the broker (section 4.7.2).
  if (topic.startsWith('$')) refuse('a topic that does not begin with $');
  checkSize(topic, limits, refuse);
}

/** What a client wants to hear. @throws GuardError `mqtt_filter`. */
export function checkFilter(filter: string, field: string, limits: GuardLimits): void {
  const refuse = (expected: string): never => {
    throw new GuardError('mqtt_filter', field, expected);
  };
  if (filter === '') refuse('a filter');
  if (filter.startsWith('$') && !limits.dollarFilters) refuse('a filter that does not begin with $');
  checkSize(filter, limits, refuse);
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index < levels.length - 1)) refuse('# alone, as the last level');
    if (level.includes('+') && level !== '+') refuse('+ alone in its level');
  }
}

function checkSize(text: string, limits: GuardLimits, refuse: (expected: string) => never): void {
  if (Buffer.byteLength(text) > limits.maxTopicBytes) refuse(`at most ${limits.maxTopicBytes} bytes`);
  let levels = 1;
  for (let at = text.indexOf('/'); at >= 0; at = text.indexOf('/', at + 1)) levels += 1;
  if (levels > limits.maxTopicLevels) refuse(`at most ${limits.maxTopicLevels} levels`);
}
