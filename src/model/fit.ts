import { normalType } from './fit-cql-type.js';
import type { SerializationHeader } from './serialization-header.js';
import type { Column } from './table-record.js';

/** What is known of the data that is to be loaded. */
export interface HeldData {
  /** The columns that were saved with the backup: from its record, else from `table_schema.cql`. */
  readonly columns?: readonly Column[] | undefined;
  readonly headers: readonly SSTableHeader[];
}

export interface SSTableHeader {
  /** The common part of its file names. */
  readonly sstable: string;
  readonly header: SerializationHeader;
}

/**
 * Why SSTables would not come back whole from a table of the wanted columns, one sentence each that names the column or
 * key; none when they fit. A real Scylla loads most of these with exit status 0 and loses or garbles rows
 * (recorded/scylla-2025.1/restore/behaviour.md, "Refresh: another schema"; SCYLLA.md 8). What neither columns nor headers
 * tell is not judged: names of keys without saved columns, the order of a clustering key, the fields of a user type.
 * Throws `damaged` when the type of a column is not CQL.
 */
export function misfits(held: HeldData, wanted: readonly Column[]): readonly string[] {
  const table = shapeOfColumns(wanted);
  if (held.columns === undefined) return inHeaders(held.headers, table, 'in the new table');
  const saved = shapeOfColumns(held.columns);
  return [
    ...differences(saved, table, { held: 'in the backup', wanted: 'in the new table' }),
    // What fits the saved columns has been judged with them. The rest is from another table, or from a time when this
    // one had other columns: a column dropped since is fine in that table only, since only that one knows of it (E021;
    // check_column_missing_in_current_schema in Scylla's sstables/mx/reader.cc).
    ...inHeaders(held.headers, saved, 'in the saved columns'),
    ...strangers(saved, table),
  ];
}

interface Key {
  /** Not there where only a header is known. */
  readonly name?: string;
  readonly type: string;
}

interface DataColumn {
  readonly name: string;
  readonly type: string;
  readonly kind: 'static' | 'regular';
}

/** A table as far as loading depends on it. */
interface Shape {
  readonly partitionKey: readonly Key[];
  readonly clustering: readonly Key[];
  readonly columns: readonly DataColumn[];
}

/** Where the two sides are: `in the backup`, `in the new table`. */
interface Places {
  readonly held: string;
  readonly wanted: string;
}

function shapeOfColumns(columns: readonly Column[]): Shape {
  const ofKind = (kind: string) => columns.filter((column) => column.kind === kind);
  const key = (kind: string) =>
    ofKind(kind)
      .toSorted((a, b) => a.position - b.position)
      .map(({ name, type }) => ({ name, type: normalType(type) }));
  const data = columns.filter(({ kind }) => kind !== 'partition_key' && kind !== 'clustering');
  return {
    partitionKey: key('partition_key'),
    clustering: key('clustering'),
    columns: data.map(({ name, type, kind }) => ({
      name,
      type: normalType(type),
      kind: kind === 'static' ? 'static' : 'regular',
    })),
  };
}

const shapeOfHeader = (header: SerializationHeader): Shape => ({
  partitionKey: header.partitionKey.map((type) => ({ type })),
  clustering: header.clustering.map((type) => ({ type })),
  columns: [
    ...header.staticColumns.map((column) => ({ ...column, kind: 'static' as const })),
    ...header.regularColumns.map((column) => ({ ...column, kind: 'regular' as const })),
  ],
});

/** The same difference in a thousand SSTables is one sentence, which names the first of them. */
function inHeaders(headers: readonly SSTableHeader[], table: Shape, wanted: string): readonly string[] {
  const sstables = new Map<string, string[]>();
  for (const { sstable, header } of headers) {
    for (const sentence of differences(shapeOfHeader(header), table, { held: 'in the SSTables', wanted })) {
      const known = sstables.get(sentence);
      if (known === undefined) sstables.set(sentence, [sstable]);
      else known.push(sstable);
    }
  }
  return [...sstables].map(([sentence, [first = '', ...others]]) => {
    const where = others.length === 0 ? first : `${first} and ${others.length} more`;
    return `${sentence.slice(0, -1)} (${where}).`;
  });
}

function differences(held: Shape, wanted: Shape, places: Places): readonly string[] {
  const keys = (['partitionKey', 'clustering'] as const).filter((key) => !sameKey(held[key], wanted[key]));
  return [
    // Another type of key gives garbage or a table that cannot be scanned (E007 to E012), keys of other names load
    // silently under the new ones (E015), and with another number of them every row is lost (E013, E014).
    ...keys.map(
      (key) =>
        `The ${KEY_NAMES[key]} is ${spokenKey(held[key])} ${places.held}, ${spokenKey(wanted[key])} ${places.wanted}.`,
    ),
    // Scylla stops at the first cell of a column that the table lacks, or has with another type, but only where it reads
    // the rows: an SSTable of one partition is loaded, and the table cannot be scanned from then on (E004, E021;
    // check_column_missing_in_current_schema and check_schema_mismatch in sstables/mx/reader.cc).
    ...held.columns.flatMap((column) => {
      const here = spokenColumn(column);
      const other = wanted.columns.find(({ name }) => name === column.name);
      const there = other === undefined ? 'missing' : spokenColumn(other);
      if (other !== undefined && here === there) return [];
      return [`The column ${column.name} is ${here} ${places.held}, ${there} ${places.wanted}.`];
    }),
  ];
}

/**
 * Columns that the backup never had, as the key of a local index that is new: the values lie in the map of attributes, so
 * an index on the column stays empty (E006). Only the saved columns can tell; one SSTable may lack any of them.
 */
function strangers(saved: Shape, table: Shape): readonly string[] {
  const known = new Set(saved.columns.map(({ name }) => name));
  return table.columns
    .filter(({ name }) => !known.has(name))
    .map(
      (column) =>
        `The column ${column.name} is missing in the backup, ${spokenColumn(column)} in the new table: an index on it would stay empty.`,
    );
}

const KEY_NAMES = { partitionKey: 'partition key', clustering: 'clustering key' } as const;

const sameKey = (held: readonly Key[], wanted: readonly Key[]): boolean =>
  held.length === wanted.length && held.every((key, i) => sameKeyColumn(key, wanted[i]));

function sameKeyColumn(held: Key, wanted: Key | undefined): boolean {
  const sameName = held.name === undefined || held.name === wanted?.name;
  return sameName && held.type === wanted?.type;
}

/** `pk text`, `(a text, b int)`, `none`. */
function spokenKey(key: readonly Key[]): string {
  const columns = key.map(({ name, type }) => (name === undefined ? type : `${name} ${type}`)).join(', ');
  if (key.length > 1) return `(${columns})`;
  return columns === '' ? 'none' : columns;
}

const spokenColumn = ({ kind, type }: DataColumn): string => (kind === 'static' ? `static ${type}` : type);
