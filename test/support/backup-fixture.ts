import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchivedEntry, ArchiveRecord, SourceFile, Store } from '../../src/store/store.js';
import type { Manifest } from '../../src/model/manifest.js';
import { parseTableName } from '../../src/model/table-name.js';
import { digestFile, type Digests } from '../../src/system/digests.js';
import { writeSSTable } from './memory-table.js';

const KEY_AND_ATTRIBUTES = [
  { name: 'pk', type: 'text', kind: 'partition_key', position: 0 },
  { name: ':attrs', type: 'map<text, blob>', kind: 'regular', position: -1 },
];

/** A folder of good SSTables with these items. */
export async function sstableFolder(root: string, items: Readonly<Record<string, unknown>>): Promise<string> {
  const directory = join(root, `sstables-${Math.random().toString(36).slice(2)}`);
  await mkdir(directory, { recursive: true });
  await writeSSTable(directory, new Map(Object.entries(items)), KEY_AND_ATTRIBUTES);
  return directory;
}

export interface DigestedFile extends SourceFile {
  readonly digests: Digests;
}

/** The files of a folder, and what they hold. */
export async function sourcesIn(directory: string): Promise<readonly DigestedFile[]> {
  const names = (await readdir(directory)).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const digests = await digestFile(path);
      return { name, size: digests.size, digests };
    }),
  );
}

export interface MadeBackup {
  readonly table: string;
  readonly label: string;
  readonly directory: string;
  readonly finishedAt?: string;
}

/** What `BackupWriter.archive` gives, as far as a manifest keeps it. */
type RecordedArchive = Omit<ArchiveRecord, 'entries'> & {
  readonly entries: readonly Omit<ArchivedEntry, 'crc32' | 'reused'>[];
};

/** A manifest of a backup that a test makes; the times decide which generation is the newer one. */
export function manifestFor(made: MadeBackup, archive: RecordedArchive): Omit<Manifest, 'checksum'> {
  const finishedAt = made.finishedAt ?? '2026-11-21T10:00:00.000Z';
  return {
    format: 1,
    tool: { name: 'alternator-backup', version: '0.0.0' },
    label: made.label,
    type: 'full',
    baseline: null,
    run: '20261121T100000-abcdef',
    startedAt: finishedAt,
    finishedAt,
    attempt: 1,
    node: {
      engine: 'Scylla',
      version: '2025.1.0',
      hostId: '6ab85f27-30ed-4f61-a85b-44b91938dcae',
      address: '127.0.0.1',
      datacenter: 'datacenter1',
      rack: 'rack1',
      nodeCount: 1,
    },
    table: {
      name: made.table,
      keyspace: `alternator_${made.table}`,
      id: '3c81fb00-e5c7-11f1-aab3-5f7f350319c0',
      replication: { class: 'NetworkTopologyStrategy', datacenter1: '1' },
      tablets: false,
      columns: [{ name: 'pk', type: 'text', kind: 'partition_key', position: 0 }],
      whole: true,
    },
    schemaVersion: { before: 'a', after: 'a' },
    sample: { items: 1, complete: true },
    archive: {
      ...archive,
      entries: archive.entries.map(({ name, size, sha256, mtimeMs, segment }) => {
        const digest = name.endsWith('-Data.db') ? ('ok' as const) : null;
        return { name, size, sha256, mtimeMs, digest, segment };
      }),
    },
    files: [],
    totals: { sstables: 1, files: archive.entries.length, bytes: 1 },
  };
}

/** A whole backup, published. */
export async function publishBackup(store: Store, made: MadeBackup): Promise<void> {
  const writer = await store.begin(parseTableName(made.table), made.label);
  const files = [
    await writer.writeFile('table_schema.cql', 'CREATE TABLE "ks"."t" (pk text PRIMARY KEY);\n'),
  ];
  const archive = await writer.archive({
    directory: made.directory,
    files: await sourcesIn(made.directory),
    onProgress: () => undefined,
  });
  await writer.publish({ ...manifestFor(made, archive), files });
}
