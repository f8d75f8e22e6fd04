import { validation } from './api-error.js';
import { objectOf, optionalString } from './request-json.js';
import { verifyWriteIsolation, WRITE_ISOLATION_TAG } from './write-isolation.js';

type Tags = Readonly<Record<string, string>>;

const MOST_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
const CHARACTERS = /^[A-Za-z0-9\s+=._:/-]*$/;

/** Asks for tablets when its value is a number (recorded api 143 to 148); any other value is taken and means vnodes. */
const TABLETS_TAG = 'experimental:initial_tablets';

export const asksForTablets = (tags: Tags): boolean => /^\d+$/.test(tags[TABLETS_TAG] ?? '');

/** Adds the tags of a request, under Alternator's rules (recorded api 141, 145, 405 to 428). */
export function withTags(present: Tags, list: readonly unknown[]): Tags {
  const tags = new Map(Object.entries(present));
  for (const entry of list) {
    const tag = objectOf(entry);
    const key = optionalString(tag, 'Key');
    const value = optionalString(tag, 'Value');
    if (key === undefined || value === undefined) throw validation('A tag needs a Key and a Value');
    verifyTag(key, value);
    tags.set(key, value);
  }
  if (tags.size > MOST_TAGS) {
    throw validation('Number of Tags exceed the current limit for the provided ResourceArn');
  }
  return Object.fromEntries(tags);
}

function verifyTag(key: string, value: string): void {
  if (key === '') throw validation('A tag Key cannot be empty');
  if (key.length > LONGEST_KEY) throw validation(`A tag Key is limited to ${LONGEST_KEY} characters`);
  if (!CHARACTERS.test(key)) throw validation('A tag Key can only contain letters, spaces, and [+-=._:/]');
  if (value.length > LONGEST_VALUE) throw validation(`A tag Value is limited to ${LONGEST_VALUE} characters`);
  if (!CHARACTERS.test(value))
    throw validation('A tag Value can only contain letters, spaces, and [+-=._:/]');
  if (key === WRITE_ISOLATION_TAG) verifyWriteIsolation(value);
  else if (key.startsWith('system:')) throw validation(`Tag key '${key}' is reserved for internal use`);
}
