import type { ItemsRecord } from '../model/item-checksum.js';
import { MANIFEST_FORMAT, type ArchiveEntry, type Manifest } from '../model/manifest.js';
import type { SSTableProof } from '../store/prove-sstables.js';
import type { ArchivedEntry, ArchiveRecord } from '../store/store.js';
import type { CheckedSnapshot } from './check-snapshot.js';
import type { Frozen, FrozenTable } from './freeze.js';
import type { BackupPlan } from './plan.js';
import type { TableReuse } from './reuse.js';

export interface TableContext {
  readonly plan: BackupPlan;
  readonly frozen: Frozen;
  readonly whole: boolean;
  /** Undefined where nobody asked for a checksum. */
  readonly items: ItemsRecord | null | undefined;
  /** The run's, as far as it is known before the archive is written. */
  readonly label: string;
  /** The run's label once it is known whether anything was reused. */
  readonly settleLabel: (isReused: boolean) => string;
  readonly reuse: TableReuse | undefined;
}

/** What the archive step left to be written down. */
export interface Stored {
  readonly label: string;
  readonly checked: CheckedSnapshot;
  readonly proof: Pick<SSTableProof, 'digests'>;
  readonly archive: ArchiveRecord;
  readonly files: Manifest['files'];
  readonly sample: Manifest['sample'];
  readonly finishedAt: string;
}

/** The manifest of one table's backup, all but its checksum. */
export function manifestOf(
  { record }: FrozenTable,
  { plan, frozen, whole, items, reuse }: TableContext,
  stored: Stored,
  toolVersion: string,
): Omit<Manifest, 'checksum'> {
  const { node } = plan;
  const { label, checked, proof, archive, files, sample, finishedAt } = stored;
  const baseline = archive.entries.some(({ reused }) => reused) ? reuse?.baseline.label : undefined;
  return {
    format: MANIFEST_FORMAT,
    tool: { name: 'alternator-backup', version: toolVersion },
    label,
    type: baseline === undefined ? 'full' : 'incremental',
    baseline: baseline ?? null,
    run: plan.runId,
    startedAt: plan.startedAt.toISOString(),
    finishedAt,
    attempt: frozen.attempt,
    node: {
      engine: node.engine,
      version: node.version,
      hostId: node.hostId,
      address: node.address,
      datacenter: node.topology.datacenter,
      rack: node.rack,
      nodeCount: node.nodeCount,
    },
    table: {
      name: record.name,
      keyspace: record.keyspace,
      id: record.id,
      replication: record.replication,
      tablets: record.tablets ?? null,
      columns: [...record.columns],
      grants: record.grants ? [...record.grants] : null,
      whole,
    },
    schemaVersion: frozen.schemaVersion,
    sample,
    ...(items === undefined ? {} : { items: items && { ...items, indexes: [...items.indexes] } }),
    archive: { ...archive, entries: archive.entries.map((entry) => recordOf(entry, proof)) },
    files,
    totals: { sstables: checked.sstables, files: checked.files.length, bytes: checked.bytes },
  };
}

/** CRC-32 is for the digest gate; the manifest keeps what it said, and the SHA-256. */
const recordOf = (
  { name, size, sha256, mtimeMs, segment }: ArchivedEntry,
  { digests }: Stored['proof'],
): ArchiveEntry => ({ name, size, sha256, mtimeMs, digest: digests.get(name) ?? null, segment });
