import { makeTable } from '../make-table.js';
import { newStream } from '../recorded-tables.js';
import { addTable, type State } from '../state.js';
import type { AttributeType, Column, KeyElement } from '../table.js';
import type { Answer } from './answer.js';
import { alreadyExists, configError, invalidQuery } from './cql-error.js';
import { NAME, readName } from './names.js';

const TABLE = new RegExp(`^CREATE TABLE (IF NOT EXISTS )?(${NAME})\\.(${NAME})\\s*\\(`, 'is');
const COLUMN = new RegExp(`^(${NAME})\\s+(.+?)( PRIMARY KEY)?$`, 'is');
const ATTRIBUTE: Readonly<Record<string, AttributeType>> = { text: 'S', decimal: 'N', blob: 'B' };

/**
 * CREATE TABLE as DESC prints it for a table of Alternator's. Such a table is one for the API too, with its tags and its
 * time to live out of `scylla_tags`, but without indexes (recorded cql 303, 326; api 752, 753).
 */
export function createTable(statement: string, state: State): Answer | undefined {
  const match = TABLE.exec(statement);
  if (!match) return undefined;
  const [opening, ifNotExists, keyspaceWritten = '', nameWritten = ''] = match;
  const [keyspace, name] = [readName(keyspaceWritten), readName(nameWritten)];
  expectUsable(keyspace, name, state);
  if (state.tables.get(keyspace)?.name === name) {
    if (ifNotExists !== undefined) return { kind: 'void' };
    throw alreadyExists(`Cannot add already existing table "${name}" to keyspace "${keyspace}"`);
  }

  const { body, rest } = upToClosing(statement.slice(opening.length));
  const { columns, keys } = readBody(body);
  const tags = readMap(rest, 'scylla_tags');
  const types = new Map(columns.map((column) => [column.name, ATTRIBUTE[column.type] ?? 'B'] as const));
  const table = makeTable({
    name,
    keys,
    types,
    indexes: [],
    billing: { mode: 'PAY_PER_REQUEST' },
    tags: new Map([...tags].filter(([key]) => key !== TTL)),
    columns: columns.filter((column) => column.kind === 'regular' && column.name !== ':attrs'),
    activeFrom: 0,
  });
  if (table.keyspace !== keyspace || !columns.some((column) => column.name === ':attrs')) {
    state.plainCqlTables.add(`${keyspace}.${name}`);
    return { kind: 'schema change', keyspace };
  }
  table.timeToLive = tags.get(TTL);
  if (readMap(rest, 'cdc').get('enabled') === 'true') table.stream = newStream('NEW_AND_OLD_IMAGES');
  addTable(state, table);
  return { kind: 'schema change', keyspace };
}

const TTL = 'system:ttl_attribute';

function expectUsable(keyspace: string, name: string, state: State): void {
  if (!/^\w+$/.test(name))
    throw invalidQuery(
      `"${name}" is not a valid table name (must be alphanumeric character only: [0-9A-Za-z]+)`,
    );
  if (name.length > 48)
    throw invalidQuery(`Table names shouldn't be more than 48 characters long (got "${name}")`);
  if (!state.keyspaces.has(keyspace))
    throw configError(`Cannot add table '${name}' to non existing keyspace '${keyspace}'.`);
}

/** The text up to the bracket that closes what was opened before it. */
function upToClosing(text: string): { readonly body: string; readonly rest: string } {
  let depth = 1;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return { body: text.slice(0, at), rest: text.slice(at + 1) };
  }
  throw invalidQuery('a bracket is not closed');
}

function readBody(body: string): {
  readonly columns: readonly Column[];
  readonly keys: readonly KeyElement[];
} {
  const parts = body
    .split(/,(?![^<(]*[>)])/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const key = parts.find((part) => /^PRIMARY KEY/i.test(part));
  const written = parts.filter((part) => part !== key).map((part) => COLUMN.exec(part) ?? []);
  const inline = written.find(([, , , primary]) => primary !== undefined)?.[1];
  const keyNames = (key?.replace(/^PRIMARY KEY\s*/i, '').replaceAll(/[()]/g, '') ?? inline ?? '')
    .split(',')
    .map((name) => readName(name.trim()));
  const kindOf = (name: string): Column['kind'] => {
    const at = keyNames.indexOf(name);
    if (at < 0) return 'regular';
    return at === 0 ? 'partition_key' : 'clustering';
  };
  return {
    columns: written.map(([, name = '', type = '']) => {
      const kind = kindOf(readName(name));
      return { name: readName(name), type: type.trim(), kind, position: kind === 'regular' ? -1 : 0 };
    }),
    keys: keyNames.map((name, at) => ({ AttributeName: name, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
  };
}

/** The option's map of texts; an empty one where there is no such option. */
function readMap(options: string, name: string): ReadonlyMap<string, string> {
  const [, inside = ''] = new RegExp(`\\b${name}\\s*=\\s*\\{([^}]*)\\}`).exec(options) ?? [];
  return new Map(
    [...inside.matchAll(/'([^']*)'\s*:\s*'([^']*)'/g)].map(([, key = '', value = '']) => [key, value]),
  );
}
