import { changeSchema, type State } from '../state.js';
import { newId } from '../table.js';
import type { Answer } from './answer.js';
import { invalidQuery, syntaxError } from './cql-error.js';
import { NAME, readName } from './names.js';

const VIEW = new RegExp(
  `^CREATE MATERIALIZED VIEW (?:IF NOT EXISTS )?(${NAME})\\.(${NAME})\\s+AS\\s+SELECT\\s+(?:.+?)\\s+FROM\\s+(${NAME})\\.(${NAME})\\s+WHERE(.*?)PRIMARY KEY\\s*\\((.+?)\\)\\s*(?:WITH|;|$)`,
  'is',
);

/** The name of the view that a statement makes. */
export function viewNameIn(statement: string): string {
  const name = VIEW.exec(statement)?.[2];
  if (name === undefined) throw new Error(`not a CREATE MATERIALIZED VIEW: ${statement}`);
  return readName(name);
}

/** What an Alternator index looks like in DESC cannot be sent back: its WHERE is empty (recorded cql 304). */
export function createView(statement: string, state: State, indexMs: number): Answer | undefined {
  const match = VIEW.exec(statement);
  if (!match) return undefined;
  const [, , view = '', baseKeyspace = '', base = '', where = '', key = ''] = match;
  if (where.trim() === '') throw syntaxError("line 5:4 no viable alternative at input 'PRIMARY'");
  const keyspace = readName(baseKeyspace);
  const table = state.tables.get(keyspace);
  if (table?.name !== readName(base)) throw invalidQuery(`unconfigured table ${readName(base)}`);

  const columns = new Set(table.columns.map(({ name }) => name));
  const unknown = key
    .split(',')
    .map((each) => readName(each.replaceAll(/[()]/g, '').trim()))
    .find((each) => !columns.has(each));
  if (unknown !== undefined)
    throw invalidQuery(`Unknown column name detected in CREATE MATERIALIZED VIEW statement: ${unknown}`);
  const made = { name: readName(view), statement, id: newId(), builtFrom: Date.now() + indexMs };
  table.cqlViews = [...table.cqlViews, made];
  state.disk.makeDirectories(table);
  changeSchema(state);
  return { kind: 'schema change', keyspace };
}
