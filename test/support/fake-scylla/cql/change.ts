import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { changeSchema, dropKeyspace, type State } from '../state.js';
import type { Answer } from './answer.js';
import { alreadyExists, configError, invalidQuery } from './cql-error.js';
import { NAME, readName } from './names.js';

const CREATE = new RegExp(
  `^CREATE KEYSPACE (IF NOT EXISTS )?(${NAME})\\s+WITH\\s+replication\\s*=\\s*\\{([^}]*)\\}`,
  'is',
);
const DROP = new RegExp(`^DROP KEYSPACE (IF EXISTS )?(${NAME})\\s*;?$`, 'i');
const TRUNCATE = new RegExp(`^TRUNCATE (?:TABLE )?(${NAME})\\.(${NAME})\\s*;?$`, 'i');

export function createKeyspace(statement: string, state: State): Answer | undefined {
  const match = CREATE.exec(statement);
  if (!match) return undefined;
  const [, ifNotExists, written = '', options = ''] = match;
  const keyspace = readName(written);
  if (!/^\w+$/.test(keyspace)) throw invalidQuery(`"${keyspace}" is not a valid keyspace name`);
  if (keyspace.length > 48)
    throw invalidQuery(`Keyspace names shouldn't be more than 48 characters long (got "${keyspace}")`);
  const replication = Object.fromEntries(
    [...options.matchAll(/'(\w[\w.]*)'\s*:\s*(?:'([^']*)'|(\d+))/g)].map(([, key = '', text, number]) => [
      key,
      text ?? number ?? '',
    ]),
  );
  const warnings = [
    ...(replication['class'] === 'SimpleStrategy'
      ? [`SimpleStrategy replication class is not recommended, but was used for keyspace ${keyspace}.`]
      : []),
    'Using Replication Factor 1 lower than the minimum_replication_factor_warn_threshold=3 is not recommended.',
  ];
  if (state.keyspaces.has(keyspace)) {
    if (ifNotExists !== undefined) return { kind: 'void', warnings };
    throw alreadyExists(`Keyspace '${keyspace}' already exists`);
  }
  state.keyspaces.set(keyspace, {
    replication,
    durableWrites: !/durable_writes\s*=\s*false/i.test(statement),
  });
  changeSchema(state);
  return { kind: 'schema change', keyspace, warnings };
}

export function dropKeyspaceByCql(statement: string, state: State): Answer | undefined {
  const match = DROP.exec(statement);
  if (!match) return undefined;
  const keyspace = readName(match[2] ?? '');
  if (!state.keyspaces.has(keyspace)) {
    if (match[1] !== undefined) return { kind: 'void' };
    throw configError(`Cannot drop non existing keyspace '${keyspace}'.`);
  }
  dropKeyspace(state, keyspace);
  return { kind: 'schema change', keyspace };
}

/** The items go, the id stays; the files move into a snapshot of the server's own (behaviour.md E003). */
export function truncate(statement: string, state: State): Answer | undefined {
  const match = TRUNCATE.exec(statement);
  if (!match) return undefined;
  const [keyspace, name] = [readName(match[1] ?? ''), readName(match[2] ?? '')];
  const table = state.tables.get(keyspace);
  if (table?.name !== name) throw invalidQuery(`unconfigured table ${name}`);
  const { disk } = state;
  const directory = disk.of(table);
  const files = disk.components(directory);
  if (files.length > 0) {
    const snapshot = join(directory, 'snapshots', `${Date.now()}-${name}`);
    disk.makeDirectory(join(directory, 'snapshots'));
    disk.makeDirectory(snapshot);
    for (const file of files) renameSync(join(directory, file), join(snapshot, file));
  }
  table.loaded = new Map();
  table.indexed = new Set();
  return { kind: 'void' };
}
