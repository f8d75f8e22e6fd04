import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { editConstants, type TextEdit } from './class-file.js';
import { runProgram } from './run-program.js';

/** What Alternator's views and tables need besides letters, digits and `_`. A dot stays refused: `a.b` is index b of a. */
const NAME = '[\\w:!\\-]+';
const NAME_BEFORE_A_DASH = `${NAME}?`;

/** The classes of Cassandra 5.0.9 that refuse or misread `:`, `!` and `-` in names, and what is changed in each. */
export const NAME_EDITS: Readonly<Record<string, readonly TextEdit[]>> = {
  'org/apache/cassandra/schema/SchemaConstants': [{ from: '\\w+', to: NAME, whole: true }],
  'org/apache/cassandra/io/sstable/Descriptor': [
    { from: '(?<keyspace>\\w+)', to: `(?<keyspace>${NAME})` },
    { from: '(?<tableName>\\w+)', to: `(?<tableName>${NAME})` },
  ],
  'org/apache/cassandra/service/snapshot/SnapshotLoader': [
    { from: '(?<keyspace>\\w+)', to: `(?<keyspace>${NAME})` },
    { from: '(?<tableName>\\w+)', to: `(?<tableName>${NAME_BEFORE_A_DASH})` },
  ],
  // Names of metrics and tables are JMX object names, where `:` must be quoted.
  'org/apache/cassandra/metrics/TableMetrics$TableMetricNameFactory': [
    { from: ',keyspace=', to: ',keyspace="' },
    { from: ',scope=', to: '",scope="' },
    { from: ',name=', to: '",name=' },
  ],
  'org/apache/cassandra/metrics/KeyspaceMetrics$KeyspaceMetricNameFactory': [
    { from: ',keyspace=', to: ',keyspace="' },
    { from: ',name=', to: '",name=' },
  ],
  'org/apache/cassandra/db/ColumnFamilyStore': [
    { from: 'keyspace=%s,table=%s', to: 'keyspace="%s",table="%s"' },
    { from: 'keyspace=%s,columnfamily=%s', to: 'keyspace="%s",columnfamily="%s"' },
  ],
};

/** Writes the changed classes below `folder`, which comes before the jar on the class path. */
export async function patchNames(jar: string, javaHome: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = Object.keys(NAME_EDITS).map((name) => `${name}.class`);
  await runProgram({
    argv: [join(javaHome, 'bin', 'jar'), 'xf', jar, ...files],
    doing: 'Taking classes out of the Cassandra jar',
    timeoutMs: 60_000,
    cwd: folder,
  });
  for (const [name, edits] of Object.entries(NAME_EDITS)) {
    const file = join(folder, `${name}.class`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, editConstants(await readFile(file), edits));
  }
}
