import { NameMap, qualifiedName } from './qualified-name.js';
import type { QualifiedName } from './qualified-name.js';
import type { Statement } from './statement.js';
import { nameBehind } from './statement-kind.js';

const STREAM_LOG_SUFFIX = '_scylla_cdc_log';
const LWT_STATE_SUFFIX = '$paxos';
/** Of the view behind a secondary index. */
const INDEX_VIEW_SUFFIX = '_index';

/** What the server makes by itself for the tables and indexes of one description, and what must not be replayed. */
export interface MadeByServer {
  /** Stream logs and LWT states: `t_scylla_cdc_log` is a legal name of a table of one's own, so only beside their `t`. */
  isTable(table: Statement): boolean;
  /** Views that back an index, which old cqlsh shows as views (scylladb issue 6058). */
  isView(view: Statement): boolean;
}

export function madeByServer(statements: readonly Statement[]): MadeByServer {
  const tables = new NameMap<Statement>();
  const viewsOfIndexes = new NameMap<Statement>();
  for (const statement of statements) {
    if (statement.kind === 'table') tables.add(qualifiedName(statement.name), statement);
    if (statement.kind === 'index' && statement.name !== '') {
      viewsOfIndexes.add(viewOfIndex(statement), statement);
    }
  }
  return {
    isTable: ({ name }) =>
      [streamOwner(qualifiedName(name)), withoutSuffix(qualifiedName(name), LWT_STATE_SUFFIX)].some(
        (owner) => owner !== undefined && tables.has(owner),
      ),
    isView: ({ name }) => viewsOfIndexes.has(qualifiedName(name)),
  };
}

/** The table whose stream log this is by its name, if it is one. */
export function streamOwner(log: QualifiedName): QualifiedName | undefined {
  return withoutSuffix(log, STREAM_LOG_SUFFIX);
}

function viewOfIndex(index: Statement): QualifiedName {
  const { keyspace } = qualifiedName(nameBehind('ON', index.text));
  return { keyspace, name: qualifiedName(index.name).name + INDEX_VIEW_SUFFIX };
}

function withoutSuffix({ keyspace, name }: QualifiedName, suffix: string): QualifiedName | undefined {
  return name.endsWith(suffix) ? { keyspace, name: name.slice(0, -suffix.length) } : undefined;
}
