import { dirname } from 'node:path';
import { KnownError, messageOf } from '../errors.js';
import { SAMPLE } from '../model/sample-size.js';
import type { Manifest, StoredFile } from '../model/manifest.js';
import type { TableRecord } from '../model/table-record.js';
import { renderSchemaFile } from '../model/table-schema.js';
import {
  ALTERNATOR_SCHEMA_FILE,
  archiveFile,
  KEYSPACE_FILE,
  README_FILE,
  TABLE_SCHEMA_FILE,
  viewFile,
} from '../store/layout.js';
import { NOTHING_STORED } from '../store/nothing-stored.js';
import type { BackupWriter } from '../store/store.js';
import { reasonOf } from '../system/files.js';
import type { Reporter } from '../terminal/reporter.js';
import { checkSnapshot, proveArchived, type CheckedSnapshot } from './check-snapshot.js';
import { roomForBackup } from './expect-room.js';
import type { FrozenTable } from './freeze.js';
import { manifestOf, type TableContext } from './manifest-of.js';
import { readmeText } from './readme.js';
import { schemaFilesOf, type SchemaFiles } from './schema-files.js';
import { reuseLine } from './reuse.js';
import { damageOf } from './baseline-damage.js';
import type { BackupTools } from './tools.js';

/** Everything of one table, from its frozen files to its published backup. */
export async function storeTable(
  table: FrozenTable,
  context: TableContext,
  tools: BackupTools,
): Promise<void> {
  const { engine, store, report } = tools;
  const { record, snapshot } = table;
  const shown = `${tools.shownRoot}/${record.name}`;

  report.info(`Creating schema file for ${record.name} at ${shown}/${TABLE_SCHEMA_FILE}`);
  const schema = schemaFilesOf(record);
  report.info(`Successfully retrieved DESC TABLE output (${schema.described} characters)`);
  report.info(`✓ Table schema extracted: ${schema.table.length} characters`);
  report.info(`✓ Materialized views found: ${schema.views.length}`);

  if (schema.broken !== undefined)
    report.warn(`The description of ${record.name} is no CQL (${schema.broken}); it is kept as it is`);
  if (record.grants === undefined)
    report.warn(`What roles may do with ${record.name} cannot be read, and is not in the backup`);

  const checked = await report.step(`Check the files of ${record.name}`, () => checkSnapshot(snapshot));
  await roomForBackup(record.name, checked.bytes, store);

  const writer = await store.begin(record.name, context.label);
  try {
    const written = await writeSchemaFiles(writer, schema, record);
    const sample = await countItems(record, tools);
    expectItemsFrozen(record, checked, sample);
    const { path } = await engine.tableDirectory(record);
    const { reuse } = context;
    const damage = damageOf(context);
    const archiving = report.step(`Archive ${record.name}`, () =>
      writer.archive({
        directory: snapshot.directory,
        files: checked.files,
        ...(reuse ? { reuse: { ...reuse, onDamaged: damage.found } } : {}),
        onProgress: (done, total) => {
          report.progress(`Archive ${record.name}`, done, total);
        },
      }),
    );
    // Also where the table fails: what is known of the one before should be known to the next run.
    const archive = await archiving.finally(() => damage.tell(tools));
    const isReused = archive.entries.some(({ reused }) => reused);
    if (reuse) report.info(reuseLine(archive.entries));
    if (reuse && !isReused)
      report.info(
        `Nothing of backup ${reuse.baseline.label} could be reused: this backup of ${record.name} is full`,
      );
    const label = context.settleLabel(isReused);
    const proof = await report.step(`Prove what was archived of ${record.name}`, () =>
      proveArchived(snapshot, archive.entries),
    );
    for (const sstable of proof.unproven)
      report.warn(`${record.name}: SSTable ${sstable} has no digest: unproven`);
    const finishedAt = tools.clock.now().toISOString();
    const readme = await writer.writeFile(
      README_FILE,
      readmeText({
        record,
        label,
        archive: archiveFile(record.name),
        ...checked,
        finishedAt,
        toolVersion: tools.toolVersion,
        ...tools.runbook,
        dataDirectory: dirname(dirname(path)),
      }),
    );
    const stored = { label, checked, proof, archive, files: [...written, readme], sample, finishedAt };
    const untidy = await writer.publish(manifestOf(table, context, stored, tools.toolVersion));
    for (const sentence of untidy) report.warn(sentence);
  } finally {
    await writer.abandon().catch((error: unknown) => {
      report.warn(`${writer.directory} could not be removed (the next run does it): ${reasonOf(error)}`);
    });
  }
  tellStored(shown, schema, table, context.frozen.tag, report);
}

async function writeSchemaFiles(
  writer: BackupWriter,
  schema: SchemaFiles,
  record: TableRecord,
): Promise<Manifest['files']> {
  const files = [
    [TABLE_SCHEMA_FILE, schema.table],
    ...schema.views.map((text, index) => [viewFile(index + 1), text] as const),
    [KEYSPACE_FILE, schema.keyspace],
    [ALTERNATOR_SCHEMA_FILE, renderSchemaFile(record.schema)],
  ] as const;
  const written: StoredFile[] = [];
  for (const [name, text] of files) written.push(await writer.writeFile(name, text));
  return written;
}

/** A role that may describe a table but not read it can still back it up. */
async function countItems(
  { name }: TableRecord,
  { engine, report }: BackupTools,
): Promise<Manifest['sample']> {
  try {
    return await engine.sample(name, { most: SAMPLE });
  } catch (error) {
    report.warn(`The items of ${name} could not be read while backing up: ${messageOf(error)}`);
    return null;
  }
}

/** A snapshot of nothing is what a table without items has, and no other one: a lie of the server must not become a backup. */
function expectItemsFrozen(
  { name }: TableRecord,
  { sstables }: CheckedSnapshot,
  sample: Manifest['sample'],
): void {
  if (sstables > 0 || sample === null || sample.items === 0) return;
  throw new KnownError(
    'database',
    `The snapshot of '${name}' holds no SSTable, though ${sample.items} items can be read`,
    {
      changed: NOTHING_STORED,
      hint: 'If the first items were written just now: run the backup again. If not: nodetool flush, and look at the log of the server.',
    },
  );
}

/** The documented lines of what is in its place only now. */
function tellStored(
  shown: string,
  schema: SchemaFiles,
  { record, snapshot }: FrozenTable,
  tag: string,
  report: Reporter,
): void {
  report.info(`✓ Table schema saved to: ${shown}/${TABLE_SCHEMA_FILE}`);
  schema.views.forEach((_, index) => {
    report.info(`✓ Materialized view ${index + 1} saved to: ${shown}/${viewFile(index + 1)}`);
  });
  report.info(`Taking snapshot for ${record.keyspace}`);
  report.info(`Snapshot created for ${record.name} with ID: ${tag}`);
  report.info(`Snapshot directory verified: ${snapshot.directory}/`);
  report.info(`Creating backup archive: ${shown}/${archiveFile(record.name)}`);
  report.info(`Backup created at ${shown}/${archiveFile(record.name)}`);
}
