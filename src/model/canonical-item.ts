import { canonicalNumber } from './canonical-number.js';

/**
 * One text for one item, as DynamoDB's JSON has it (`{"pk": {"S": "x"}}`): members of maps by name, elements of sets in order,
 * numbers by their value, bytes by their value; lists keep their order. Two items are equal when their texts are. Throws an
 * Error that names the attribute when a value is none that DynamoDB knows.
 */
export function canonicalItem(item: unknown): string {
  if (!isObject(item)) throw new Error('an item is no object');
  return membersOf(item, (name, value) => {
    try {
      return canonicalValue(value);
    } catch (error) {
      throw new Error(`attribute '${name}': ${(error as Error).message}`, { cause: error });
    }
  });
}

function canonicalValue(value: unknown): string {
  const [member, ...more] = isObject(value) ? Object.entries(value as Record<string, unknown>) : [];
  const [type, content] = member ?? [];
  const text = type !== undefined && more.length === 0 ? FORMS.get(type)?.(content) : undefined;
  if (type === undefined || text === undefined) throw new Error(`${shown(value)} is no value of DynamoDB's`);
  return `{${JSON.stringify(type)}:${text}}`;
}

const shown = (value: unknown): string =>
  (JSON.stringify(value) as string | undefined)?.slice(0, 60) ?? 'nothing';

type Form = (content: unknown) => string | undefined;

/** JSON escapes what is no whole character, so that two broken texts do not become one. */
const text: Form = (content) => (typeof content === 'string' ? JSON.stringify(content) : undefined);

const number: Form = (content) => (typeof content === 'string' ? canonicalNumber(content) : undefined);

const bytes: Form = (content) =>
  typeof content === 'string' ? `"${Buffer.from(content, 'base64').toString('base64')}"` : undefined;

const setOf =
  (form: Form): Form =>
  (content) => {
    const elements = Array.isArray(content) ? content.map(form) : [undefined];
    return elements.includes(undefined) ? undefined : `[${elements.sort().join(',')}]`;
  };

const FORMS = new Map<string, Form>(
  Object.entries({
    S: text,
    N: number,
    B: bytes,
    SS: setOf(text),
    NS: setOf(number),
    BS: setOf(bytes),
    BOOL: (content) => (typeof content === 'boolean' ? String(content) : undefined),
    NULL: (content) => (content === true ? 'true' : undefined),
    L: (content) => (Array.isArray(content) ? `[${content.map(canonicalValue).join(',')}]` : undefined),
    M: (content) => (isObject(content) ? membersOf(content, (_, value) => canonicalValue(value)) : undefined),
  } satisfies Record<string, Form>),
);

function membersOf(value: object, form: (name: string, value: unknown) => string): string {
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${form(name, member)}`).join(',')}}`;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
