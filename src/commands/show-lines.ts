import { formatAge } from '../model/age.js';
import type { Manifest } from '../model/manifest.js';
import { formatSize } from '../model/size.js';
import { textTable } from '../model/text-table.js';
import type { Verified } from '../model/verification.js';
import { generationLabel } from '../store/generation-label.js';
import type { DocumentedBackup } from '../store/store.js';
import { verifiedCell } from './list-lines.js';

/** What the manifest does not say. */
export interface ShowFacts {
  /** As the operator wrote it. */
  readonly folder: string;
  /** The path of the restore by hand, where there is one. */
  readonly readme: string | undefined;
  readonly isNewest: boolean;
  readonly verified: Verified | undefined;
  readonly now: Date;
}

/** A manifest for people: what, when, where from, what is in it, and how to get it back. */
export function manifestLines(manifest: Manifest, facts: ShowFacts): readonly string[] {
  const { node, table, totals, archive, sample, tool } = manifest;
  const age = formatAge(new Date(manifest.finishedAt), facts.now);
  const rows = [
    ['Folder', facts.folder],
    [
      'Made',
      `${manifest.startedAt} to ${manifest.finishedAt} (${age}), run ${manifest.run}, ${tool.name} ${tool.version}`,
    ],
    ['Type', manifest.baseline === null ? manifest.type : `${manifest.type}, on ${manifest.baseline}`],
    [
      'Node',
      `${node.address}, ${node.engine} ${node.version}, host id ${node.hostId}, ${node.datacenter}/${node.rack}, ` +
        count(node.nodeCount, 'node'),
    ],
    [
      'Table',
      `${table.name}, keyspace ${table.keyspace}, id ${table.id}${table.whole ? '' : ", one node's share"}`,
    ],
    [
      'Replication',
      `${Object.entries(table.replication)
        .map(([key, value]) => `${key}: ${value}`)
        .join(
          ', ',
        )}; ${table.tablets === null ? 'tablets unknown' : table.tablets ? 'tablets' : 'no tablets'}`,
    ],
    ['Columns', table.columns.map(({ name, type }) => `${name} ${type}`).join(', ')],
    ['Items', itemsOf(sample)],
    [
      'Holds',
      `${count(totals.sstables, 'SSTable')}, ${count(totals.files, 'file')}, ${formatSize(totals.bytes)}; ` +
        `${formatSize(archive.size)} as archive`,
    ],
    ['Verified', verifiedCell(facts.verified, facts.now)],
    ...(facts.verified?.problems ?? []).map((problem) => ['', problem]),
    [
      'Restore',
      `alternator-backup restore${facts.isNewest ? '' : ` --from ${manifest.label}`} -- ${table.name}`,
    ],
    ...(facts.readme === undefined ? [] : [['By hand', facts.readme]]),
  ];
  const files = [archive, ...manifest.files].map(({ name, size, sha256 }) => [
    name,
    formatSize(size),
    sha256,
  ]);
  const entries = archive.entries.map(({ name, size, digest }) => [
    name,
    formatSize(size),
    digest === null ? '' : `digest ${digest}`,
  ]);
  return [
    `Backup ${manifest.label} of ${table.name}`,
    ...indented(rows),
    '',
    'Files, with their SHA-256',
    ...indented(files),
    '',
    `In ${archive.name}`,
    ...indented(entries.length > 0 ? entries : [['nothing: the table was empty']]),
  ];
}

/** A folder of the documented scripts says little of itself. */
export function documentedLines(
  backup: DocumentedBackup,
  { folder, isNewest, verified, now }: ShowFacts,
): readonly string[] {
  const { table, layout, archive } = backup;
  const label = isNewest ? undefined : generationLabel(backup);
  return [
    `Backup${label === undefined ? '' : ` ${label}`} of ${table} by the documented script`,
    ...indented([
      ['Folder', folder],
      ['Schema', layout === 'legacy' ? 'schema.cql' : 'table_schema.cql and materialized_view_N.cql'],
      ['Archive', archive.slice(archive.lastIndexOf('/') + 1)],
      ['Manifest', 'none: what its bytes were nobody knows'],
      ['Verified', verifiedCell(verified, now)],
      ...(verified?.problems ?? []).map((problem) => ['', problem]),
      ['Restore', `alternator-backup restore${label === undefined ? '' : ` --from ${label}`} -- ${table}`],
    ]),
  ];
}

function itemsOf(sample: Manifest['sample']): string {
  if (sample === null) return 'could not be read while backing up';
  return sample.complete ? `${sample.items} in all` : `at least ${sample.items}`;
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`;

const indented = (rows: readonly (readonly string[])[]): readonly string[] =>
  textTable(rows).map((line) => `  ${line}`);
