import { encodeType, encodeValue, type CqlType, type Value } from './values.js';
import { bytes, int, short, string } from './wire-format.js';

/** What a statement gives. */
export type Answer =
  | { readonly kind: 'rows'; readonly result: ResultRows }
  | { readonly kind: 'void'; readonly warnings?: readonly string[] }
  | { readonly kind: 'schema change'; readonly keyspace: string; readonly warnings?: readonly string[] };

export interface ResultRows {
  readonly keyspace: string;
  readonly table: string;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Readonly<Record<string, Value>>[];
}

export interface ResultColumn {
  readonly name: string;
  readonly type: CqlType;
}

const ONE_TABLE = 0x01;

/** The body of a RESULT frame. */
export function encodeAnswer(answer: Answer): Buffer {
  switch (answer.kind) {
    case 'void':
      return int(0x01);
    case 'rows':
      return encodeRows(answer.result);
    case 'schema change':
      return Buffer.concat([int(0x05), string('UPDATED'), string('KEYSPACE'), string(answer.keyspace)]);
  }
}

function encodeRows({ keyspace, table, columns, rows }: ResultRows): Buffer {
  return Buffer.concat([
    int(0x02),
    int(ONE_TABLE),
    int(columns.length),
    string(keyspace),
    string(table),
    ...columns.flatMap(({ name, type }) => [string(name), encodeType(type)]),
    int(rows.length),
    ...rows.flatMap((row) => columns.map(({ name, type }) => bytes(encodeValue(type, row[name] ?? null)))),
  ]);
}

/** A PREPARED result. Its parameters are texts: the tool binds nothing else. */
export function encodePrepared(id: Buffer, parameters: number, { keyspace, table }: ResultRows): Buffer {
  const texts = Array.from({ length: parameters }, (_, index) => [
    string(`p${index}`),
    encodeType('varchar'),
  ]);
  return Buffer.concat([
    int(0x04),
    short(id.length),
    id,
    int(ONE_TABLE),
    int(parameters),
    // No partition key indexes.
    int(0),
    string(keyspace),
    string(table),
    ...texts.flat(),
    // No metadata of the result: it comes with the rows.
    int(0x04),
    int(0),
  ]);
}
