/**
 * The value as JSON with sorted members and no blanks: what a checksum counts. It is `JSON.stringify` of the same value with
 * its members put in by the order of their names, written at once, since a store has thousands of manifests. Members that are
 * whole numbers come first, as they do in every object.
 */
export function sortedJson(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let text = '[';
    for (const member of value) text += `${text === '[' ? '' : ','}${sortedJson(member)}`;
    return `${text}]`;
  }
  const members = value as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const name of Object.keys(members).sort(byPlace)) {
    const member = members[name];
    if (member !== undefined)
      text += `${text === '{' ? '' : ','}${JSON.stringify(name)}:${sortedJson(member)}`;
  }
  return `${text}}`;
}

function byPlace(a: string, b: string): number {
  const [isIndexA, isIndexB] = [isIndex(a), isIndex(b)];
  if (isIndexA && isIndexB) return Number(a) - Number(b);
  if (isIndexA !== isIndexB) return isIndexA ? -1 : 1;
  return a < b ? -1 : 1;
}

/** What an object keeps in front of all other members (ECMA-262, array index). */
const isIndex = (name: string): boolean => {
  const first = name.charCodeAt(0);
  if (!(first >= 48 && first <= 57)) return false;
  const number = Number(name);
  return Number.isInteger(number) && number < 2 ** 32 - 1 && String(number) === name;
};
