import { MANIFEST_FORMAT, type Manifest } from '../model/manifest.js';
import type { CheckedSnapshot } from './check-snapshot.js';
import type { Frozen, FrozenTable } from './freeze.js';
import type { BackupPlan } from './plan.js';

export interface TableContext {
  readonly plan: BackupPlan;
  readonly frozen: Frozen;
  readonly whole: boolean;
}

/** What the archive step left to be written down. */
export interface Stored {
  readonly checked: CheckedSnapshot;
  readonly archive: Manifest['archive'];
  readonly files: Manifest['files'];
  readonly sample: Manifest['sample'];
  readonly finishedAt: string;
}

/** The manifest of one table's backup, all but its checksum. */
export function manifestOf(
  { record }: FrozenTable,
  { plan, frozen, whole }: TableContext,
  stored: Stored,
  toolVersion: string,
): Omit<Manifest, 'checksum'> {
  const { node } = plan;
  const { checked, archive, files, sample, finishedAt } = stored;
  return {
    format: MANIFEST_FORMAT,
    tool: { name: 'alternator-backup', version: toolVersion },
    label: plan.label,
    type: 'full',
    baseline: null,
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
    archive,
    files,
    totals: { sstables: checked.sstables, files: checked.files.length, bytes: checked.bytes },
  };
}
