import { createHash, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Column } from '../../src/model/table-record.js';
import { headerBytes, statistics, type HeaderParts } from './statistics-file.js';

/** A table's items by their key. */
export type Items = Map<string, unknown>;

/**
 * SSTables of the in-memory engine: files in Scylla's naming, with a true TOC.txt and a true Digest.crc32, whose Data.db is
 * JSON. The real formats are proven on the node under test and on recorded files.
 */
export async function writeSSTable(
  directory: string,
  items: Items,
  columns: readonly Column[],
): Promise<void> {
  const id = `me-${generation()}-big`;
  const data = Buffer.from(JSON.stringify([...items]));
  const components: Readonly<Record<string, Buffer>> = {
    'Data.db': data,
    'Digest.crc32': Buffer.from(String(crc32(data))),
    'Index.db': createHash('sha256').update(data).digest(),
    'Statistics.db': statistics([[3, headerBytes(headerOf(columns))]]),
  };
  const names = [...Object.keys(components), 'TOC.txt'];
  for (const [component, bytes] of Object.entries(components))
    await writeFile(join(directory, `${id}-${component}`), bytes);
  await writeFile(join(directory, `${id}-TOC.txt`), `${names.join('\n')}\n`);
}

const CLASSES: Readonly<Record<string, string>> = {
  text: 'UTF8Type',
  decimal: 'DecimalType',
  blob: 'BytesType',
  'map<text, blob>': 'MapType(UTF8Type,BytesType)',
};

function headerOf(columns: readonly Column[]): HeaderParts {
  const of = (kind: string) =>
    columns
      .filter((column) => column.kind === kind)
      .map(({ name, type }) => [name, CLASSES[type] ?? type] as const);
  return {
    key: of('partition_key')[0]?.[1] ?? 'UTF8Type',
    clustering: of('clustering').map(([, type]) => type),
    regulars: of('regular'),
  };
}

export async function readSSTables(directory: string): Promise<Items> {
  const items: Items = new Map();
  for (const name of await componentNames(directory)) {
    if (!name.endsWith('-Data.db')) continue;
    const rows = JSON.parse(await readFile(join(directory, name), 'utf8')) as [string, unknown][];
    for (const [key, value] of rows) items.set(key, value);
  }
  return items;
}

export const componentNames = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory)).filter((name) => name.startsWith('me-'));

export async function removeSSTables(directory: string): Promise<void> {
  for (const name of await componentNames(directory)) await rm(join(directory, name));
}

/** As a server takes them: each SSTable under a new name of its own. */
export async function moveSSTables(from: string, to: string): Promise<void> {
  const ids = new Map<string, string>();
  for (const name of await componentNames(from)) {
    const [, id = '', component = ''] = /^(me-.+-big)-(.+)$/.exec(name) ?? [];
    if (!ids.has(id)) ids.set(id, `me-${generation()}-big`);
    await rename(join(from, name), join(to, `${ids.get(id) ?? id}-${component}`));
  }
}

export async function makeTableDirectory(path: string): Promise<void> {
  for (const name of ['upload', 'staging', 'snapshots']) await mkdir(join(path, name), { recursive: true });
  await chmod(path, 0o755);
}

/** What the server puts into a snapshot: hard links and its two notes. */
export async function freeze(table: string, snapshot: string, statement: string): Promise<void> {
  await mkdir(snapshot);
  const names = await componentNames(table);
  for (const name of names) await link(join(table, name), join(snapshot, name));
  const files = names.filter((name) => name.endsWith('-Data.db'));
  await writeFile(join(snapshot, 'manifest.json'), JSON.stringify({ files }));
  await writeFile(join(snapshot, 'schema.cql'), statement);
}

let made = 0;

function generation(): string {
  made += 1;
  return `${made}_${randomUUID().slice(0, 8)}`;
}
