import { NOT_COMPARED } from './schema-exceptions.js';

/**
 * One text for one answer of the server, whatever the order of its members and lists; what is never compared is left out, and
 * an answer of nothing else is undefined.
 */
export function canonicalJson(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const parts = value.map((each) => canonicalJson(each) ?? '{}');
    return `[${parts.sort().join(', ')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([name]) => !(name in NOT_COMPARED))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${name}: ${canonicalJson(member) ?? '{}'}`);
  return members.length === 0 ? undefined : `{${members.join(', ')}}`;
}
