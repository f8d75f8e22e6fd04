import type { Answer, ResultRows } from './answer.js';
import { invalidQuery } from './cql-error.js';
import { readName } from './names.js';
import { nodeTable } from './node-tables.js';
import { schemaTable } from './schema-tables.js';
import type { NodeFacts } from './system-table.js';

const SELECT = /^SELECT (.+?) FROM (\w+\.\w+)(?: WHERE (.+?))?(?: LIMIT (\d+))?(?: ALLOW FILTERING)?;?$/is;
const COUNT = /^count\(\*\)(?: AS (\w+))?$/i;
const CONDITION = /^(\w+) ?= ?(\?|'[^']*')$/;

/** SELECT from a system table; the only conditions are equalities. */
export function answerSelect(
  statement: string,
  values: readonly string[],
  facts: NodeFacts,
): Answer | undefined {
  const match = SELECT.exec(statement);
  if (!match) return undefined;
  const [, wanted = '', name = '', where, limit] = match;
  const [keyspace = '', table = ''] = name.toLowerCase().split('.');
  const found = nodeTable(`${keyspace}.${table}`, facts) ?? schemaTable(`${keyspace}.${table}`, facts.state);
  if (!found) throw invalidQuery(`unconfigured table ${table}`);

  const conditions = readConditions(where, values);
  const known = new Set(found.columns.map((column) => column.name));
  const rows = found.rows
    .filter((row) => conditions.every(({ column, value }) => row[column] === value))
    .slice(0, limit === undefined ? undefined : Number(limit));

  const count = COUNT.exec(wanted);
  if (count) {
    const column = count[1] ?? 'count';
    return answer({
      keyspace,
      table,
      columns: [{ name: column, type: 'bigint' }],
      rows: [{ [column]: rows.length }],
    });
  }
  const names = wanted.trim() === '*' ? [...known] : wanted.split(',').map((each) => readName(each.trim()));
  const unknown = [...names, ...conditions.map(({ column }) => column)].find((each) => !known.has(each));
  if (unknown !== undefined) throw invalidQuery(`Unrecognized name ${unknown}`);
  const columns = names.flatMap((each) => found.columns.filter((column) => column.name === each));
  return answer({ keyspace, table, columns, rows });
}

const answer = (result: ResultRows): Answer => ({ kind: 'rows', result });

function readConditions(
  where: string | undefined,
  values: readonly string[],
): readonly { readonly column: string; readonly value: string }[] {
  if (where === undefined) return [];
  const left = [...values];
  return where.split(/ AND /i).map((text) => {
    const [, column = '', value = ''] = CONDITION.exec(text.trim()) ?? [];
    if (column === '') throw invalidQuery(`The fake cannot read the condition ${text}`);
    return { column, value: value === '?' ? (left.shift() ?? '') : value.slice(1, -1) };
  });
}
