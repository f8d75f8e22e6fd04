import { withoutOption } from '../cql/edit-options.js';
import { descParts } from '../cql/desc-parts.js';
import { qualifiedName } from '../cql/qualified-name.js';
import { nameBehind } from '../cql/statement-kind.js';
import type { Statement } from '../cql/statement.js';
import { tableColumns } from '../cql/table-columns.js';
import { withOptions } from '../cql/with-options.js';
import { splitStatements } from '../cql/splitter.js';
import { KnownError, messageOf } from '../errors.js';
import { keyspaceOf } from '../model/table-name.js';
import { optionsOf, type SchemaRecord } from '../model/schema-record.js';
import { parseServerVersion } from '../model/server-version.js';
import { rule } from '../model/version-rules.js';
import { parseSchemaFile, type TableSchema } from '../model/table-schema.js';
import {
  ALTERNATOR_SCHEMA_FILE,
  KEYSPACE_FILE,
  LEGACY_SCHEMA_FILE,
  TABLE_SCHEMA_FILE,
} from '../store/layout.js';
import type { Store, StoredBackup } from '../store/store.js';
import { asMeant, isKeyspaceOf, namesKeyspace, namesTable } from './names-in-cql.js';

/** What a backup says of its table's schema, read and understood before anything is touched. */
export interface SavedSchema {
  /** Alternator's own answers; absent in folders of the documented scripts. */
  readonly alternator: TableSchema | undefined;
  readonly cql: CqlSchema | { readonly problem: string };
  /** All of it as it is compared with a live table. */
  readonly record: SchemaRecord;
}

/** One view, or why its file holds none that could be made: that fails the view, not the table (T-48). */
export type SavedView =
  { readonly from: string; readonly statement: string } | { readonly from: string; readonly problem: string };

/** The statements that make the table by CQL, each one whole. */
export interface CqlSchema {
  readonly layout: 'separated' | 'legacy';
  /** Absent in folders of the documented scripts. */
  readonly keyspace: string | undefined;
  /** CREATE TABLE and what must follow it before the data. */
  readonly table: readonly string[];
  /** The ALTER that DESC shows of a stream log: compared, and put back option by option when there is a stream again. */
  readonly streamLog?: readonly string[];
  /** After the data, like the views. */
  readonly indexes: readonly string[];
  /** In their order; `from` is the file that holds it. */
  readonly views: readonly SavedView[];
  /** Lines that are no CQL, and statements of other things: shown, not sent. */
  readonly leftOut: readonly string[];
}

export async function readSavedSchema(backup: StoredBackup, store: Store): Promise<SavedSchema> {
  const alternator = await readAlternatorSchema(backup, store);
  const keyspaceFile = await readKeyspaceFile(backup, store);
  const cql = await readCqlSchema(backup, store, keyspaceFile);
  return { alternator, cql, record: recordOf(backup, alternator, cql, keyspaceFile) };
}

function recordOf(
  backup: StoredBackup,
  alternator: TableSchema | undefined,
  cql: SavedSchema['cql'],
  keyspaceFile: KeyspaceFile,
): SchemaRecord {
  const table = backup.kind === 'manifest' ? backup.manifest.table : undefined;
  const keyspace = 'problem' in cql ? keyspaceFile.statement : cql.keyspace;
  const known = {
    alternator,
    keyspace: keyspace === undefined ? undefined : withOptions(keyspace),
    tablets: tabletsOf(backup),
    columns: table?.columns,
    grants: table?.grants ?? undefined,
  };
  if ('problem' in cql) return { ...known, table: undefined, views: undefined, byCql: undefined };
  return {
    ...known,
    columns: known.columns ?? columnsOf(cql.table[0]),
    ...optionsOf([
      ...cql.table,
      ...(cql.streamLog ?? []),
      ...cql.indexes,
      ...cql.views.flatMap((view) => ('statement' in view ? [view.statement] : [])),
    ]),
  };
}

/** A release from before there were tablets told nothing of them: its tables lay on vnodes. */
function tabletsOf(backup: StoredBackup): boolean | undefined {
  if (backup.kind !== 'manifest') return undefined;
  const { node, table } = backup.manifest;
  const mayHave = rule(parseServerVersion(node.engine, node.version), 'tablets-exist');
  return table.tablets ?? (mayHave ? undefined : false);
}

/** Undefined where the statement cannot be understood: whoever needs the columns will say so. */
function columnsOf(statement: string | undefined): SchemaRecord['columns'] {
  try {
    return statement === undefined ? undefined : tableColumns(statement);
  } catch (error) {
    if (error instanceof KnownError) return undefined;
    throw error;
  }
}

async function readAlternatorSchema(backup: StoredBackup, store: Store): Promise<TableSchema | undefined> {
  const text = await store.readFile(backup, ALTERNATOR_SCHEMA_FILE);
  if (text === undefined) return undefined;
  try {
    return parseSchemaFile(text);
  } catch (error) {
    throw new KnownError(
      'damaged',
      `${backup.folder}/${ALTERNATOR_SCHEMA_FILE} cannot be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** The separated files win over the legacy one. Text that cannot be used is a problem only for whoever needs it. */
async function readCqlSchema(
  backup: StoredBackup,
  store: Store,
  keyspaceFile: KeyspaceFile,
): Promise<SavedSchema['cql']> {
  try {
    const separated = await store.readFile(backup, TABLE_SCHEMA_FILE);
    const text = separated ?? (await store.readFile(backup, LEGACY_SCHEMA_FILE));
    if (text === undefined)
      return { problem: `Schema file ${backup.folder}/${TABLE_SCHEMA_FILE} does not exist` };
    const file = separated === undefined ? LEGACY_SCHEMA_FILE : TABLE_SCHEMA_FILE;
    const parts = partsOf(text, backup, file);
    const ownViews = parts.views.flatMap((text) =>
      splitStatements(text).map((statement) => ownView(statement, file, backup)),
    );
    if (keyspaceFile.problem !== undefined) return { problem: keyspaceFile.problem };
    return {
      layout: separated === undefined ? 'legacy' : 'separated',
      keyspace: keyspaceFile.statement ?? parts.keyspace,
      table: parts.table,
      streamLog: parts.streamLog,
      indexes: parts.indexes,
      views: [...ownViews, ...(separated === undefined ? [] : await readViews(backup, store))],
      leftOut: parts.leftOut,
    };
  } catch (error) {
    if (error instanceof KnownError) return { problem: error.message };
    throw error;
  }
}

interface KeyspaceFile {
  readonly statement?: string;
  readonly problem?: string;
}

/** By itself: a table's text that cannot be understood takes nothing away from what is known of its keyspace. */
async function readKeyspaceFile(backup: StoredBackup, store: Store): Promise<KeyspaceFile> {
  const text = await store.readFile(backup, KEYSPACE_FILE);
  if (text === undefined) return {};
  try {
    return { statement: keyspaceStatement(text, backup, KEYSPACE_FILE) };
  } catch (error) {
    if (error instanceof KnownError) return { problem: error.message };
    throw error;
  }
}

/** Exactly one statement, which makes this table's keyspace: the text is about to be run as it stands. */
function keyspaceStatement(text: string, { folder, table }: StoredBackup, file: string): string {
  const [only, ...others] = splitStatements(text);
  if (!only || others.length > 0 || only.kind !== 'keyspace' || !namesKeyspace(only.name, table)) {
    throw new KnownError('damaged', `${folder}/${file} is not one CREATE KEYSPACE of ${keyspaceOf(table)}`);
  }
  return only.text;
}

async function readViews(backup: StoredBackup, store: Store): Promise<CqlSchema['views']> {
  const views: SavedView[] = [];
  for (const from of await store.viewFiles(backup)) {
    const text = (await store.readFile(backup, from)) ?? '';
    try {
      const found = splitStatements(text).filter(({ kind }) => kind === 'materialized view');
      if (found.length === 0) views.push({ from, problem: 'it holds no CREATE MATERIALIZED VIEW' });
      views.push(...found.map((statement) => ownView(statement, from, backup)));
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      views.push({ from, problem: error.message });
    }
  }
  return views;
}

/** A view of this very table, in its keyspace: without quotes a name may mean another, living table. */
function ownView({ name, text }: Statement, from: string, { table }: StoredBackup): SavedView {
  const base = nameBehind('FROM', text);
  const view = qualifiedName(name);
  const isOwn =
    namesTable(base, table) && view.keyspace !== undefined && isKeyspaceOf(view.keyspace, name, table);
  return isOwn
    ? { from, statement: withoutOption(text, 'id') }
    : {
        from,
        problem: `it makes ${asMeant(name)} of ${asMeant(base)}, not a view of ${keyspaceOf(table)}.${table}`,
      };
}

interface Parts {
  readonly keyspace: string | undefined;
  readonly table: readonly string[];
  readonly streamLog: readonly string[];
  readonly indexes: readonly string[];
  readonly views: readonly string[];
  readonly leftOut: readonly string[];
}

/** The file must make this very table and no other: it is about to be run as it stands. */
function partsOf(text: string, backup: StoredBackup, file: string): Parts {
  const { folder, table } = backup;
  const statements = splitStatements(text);
  const { tables, leftOut } = descParts(statements);
  const [only, ...others] = tables;
  if (!only || others.length > 0) {
    throw new KnownError(
      'damaged',
      `${folder}/${file} holds ${tables.length} CREATE TABLE statements instead of one`,
    );
  }
  if (!namesTable(only.name, table)) {
    throw new KnownError(
      'damaged',
      `${folder}/${file} makes ${asMeant(only.name)}, not ${keyspaceOf(table)}.${table}`,
    );
  }
  // Behind the CREATE TABLE of the same written name, but their own names may fold to another table.
  for (const statement of [...only.table, ...only.indexes].flatMap((part) => splitStatements(part))) {
    const target = statement.kind === 'index' ? nameBehind('ON', statement.text) : statement.name;
    if (!namesTable(target, table))
      throw new KnownError(
        'damaged',
        `${folder}/${file} changes ${asMeant(target)}, not ${keyspaceOf(table)}.${table}`,
      );
  }
  const keyspace = statements.find(({ kind }) => kind === 'keyspace')?.text;
  if (keyspace !== undefined) keyspaceStatement(keyspace, backup, file);
  return {
    keyspace,
    // A table that came to have the id of the present one could not be told from it when it is put back.
    table: only.table.map((statement) => withoutOption(statement, 'id')),
    streamLog: only.streamLog,
    indexes: only.indexes,
    views: only.views,
    leftOut: leftOut
      .filter(({ statement }) => statement.kind !== 'keyspace')
      .map(({ statement }) => statement.text),
  };
}
