/**
 * Under which name a feature is spoken of: published derivations without their version, columns as a planner writes them.
 * `days-to-due@1`, `Days To Due` and `days_to_due` are one; so is `trade-late-rate@1:phase`.
 */
export function featureKey(feature: string): string {
  return feature
    .replace(/@\d+(:.*)?$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
}

/** `crew_size` → "crew size": what is left to say of a feature nobody has given words. */
export function plainName(feature: string): string {
  return featureKey(feature).replaceAll('_', ' ') || feature;
}
