/** Whether a broker passes a message on this topic to a subscription of this filter (MQTT 3.1.1, 4.7). */
export function matchesFilter(filter: string, topic: string): boolean {
  const [wanted, levels] = [filter.split('/'), topic.split('/')];
  if (topic.startsWith('$') && /^[#+]/.test(filter)) return false;
  for (const [i, want] of wanted.entries()) {
    if (want === '#') return true;
    const level = levels[i];
    if (level === undefined || (want !== '+' && want !== level)) return false;
  }
  return wanted.length === levels.length;
}
