import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, PreparedLoad, SSTablePlace } from '../ring/database.js';
import { JvmRefusal } from '../ring/jvm.js';
import { inspect, StreamBroken, unreadable, type LoadMode } from './inspection.js';
import { runtimeError } from './load-failure.js';
import { readUpload, type Upload, type UploadedSSTable } from './upload.js';

export interface RefreshTarget {
  /** As Cassandra stores the names. */
  readonly keyspace: string;
  readonly table: string;
  readonly isView: boolean;
  /** `upload/` of the table on this node. */
  readonly upload: string;
}

export interface RefreshContext {
  readonly local: Database;
  /** Every node of the ring for load and stream; undefined as soon as one of them is down. */
  readonly everyNode: () => readonly Database[] | undefined;
  /** User id of the database process. */
  readonly user: number;
  /** Host id that a broken stream is blamed on. */
  readonly hostId: () => Promise<string>;
}

/**
 * What `POST /storage_service/sstables/{keyspace}` does: takes the SSTables of `upload/` into the table and empties it.
 * Throws `LoadFailure` when nothing was loaded; then every file is where it was. The base table is complete when this
 * resolves; its views are filled afterwards. `only` half of the SSTables is what a refresh leaves that died (types.ts, `Effect`).
 */
export async function refresh(
  target: RefreshTarget,
  mode: LoadMode,
  context: RefreshContext,
  only?: 'half',
): Promise<{ readonly lacksColumns: boolean }> {
  const whole = await readUpload(target.upload, context.user);
  const upload = only === 'half' ? firstHalf(whole) : whole;
  if (upload.sstables.length > 0 && target.isView) {
    throw runtimeError('Loading Materialized View SSTables is not supported. Re-create the view instead.');
  }
  const lacksColumns = upload.sstables.length > 0 && (await load(upload, target, mode, context));
  await removeLoaded(upload);
  return { lacksColumns };
}

/** Rounded up: of one SSTable it is that one. */
const firstHalf = ({ sstables }: Upload): Upload => ({
  sstables: sstables.slice(0, Math.ceil(sstables.length / 2)),
  orphans: [],
});

async function load(
  upload: Upload,
  target: RefreshTarget,
  mode: LoadMode,
  context: RefreshContext,
): Promise<boolean> {
  const sstables: SSTablePlace[] = [];
  try {
    for (const sstable of upload.sstables) {
      const treatment = await inspect(sstable, mode);
      const { directory, version, id } = sstable;
      sstables.push({ directory, version, id, asIs: treatment === 'link' });
    }
    return await loadOnNodes(sstables, target, mode, context);
  } catch (error) {
    // Dropped in the middle of it: the real server answers as if all went well (nodetool/486).
    if (await isDropped(target, context)) return false;
    if (error instanceof StreamBroken) throw await brokenStream(context, error);
    if (error instanceof JvmRefusal) throw await explained(error, upload.sstables, mode, context);
    throw error;
  }
}

/**
 * All nodes write first; only when none of them has refused does any of them show the rows. True when an SSTable lacks a
 * column of the table.
 */
async function loadOnNodes(
  sstables: readonly SSTablePlace[],
  target: RefreshTarget,
  mode: LoadMode,
  context: RefreshContext,
): Promise<boolean> {
  const isLocal = mode === 'local';
  const nodes = isLocal ? [context.local] : context.everyNode();
  if (nodes === undefined) throw new StreamBroken('a node of the ring is down');
  const { keyspace, table } = target;
  const prepared: (PreparedLoad & { readonly node: Database })[] = [];
  try {
    for (const node of nodes) {
      prepared.push({
        node,
        ...(await node.prepareLoad({ keyspace, table, sstables, ownedOnly: !isLocal })),
      });
    }
  } catch (error) {
    await Promise.all(prepared.map(({ node, ticket }) => node.abortLoad(ticket)));
    throw error;
  }
  for (const { node, ticket } of prepared) await node.commitLoad(ticket);
  return prepared.some(({ lacksColumns }) => lacksColumns);
}

async function isDropped({ keyspace, table }: RefreshTarget, { local }: RefreshContext): Promise<boolean> {
  return !(await local.tables()).some((fact) => fact.keyspace === keyspace && fact.table === table);
}

async function explained(
  refusal: JvmRefusal,
  sstables: readonly UploadedSSTable[],
  mode: LoadMode,
  context: RefreshContext,
): Promise<Error> {
  const isMalformed = refusal.kind === 'malformed';
  if (!isMalformed && mode === 'load and stream') return brokenStream(context, refusal);
  // Which of several SSTables it was is in the log of the node.
  const [first] = sstables;
  return first === undefined ? refusal : unreadable(first, refusal.message, { cause: refusal });
}

async function brokenStream(context: RefreshContext, cause: Error): Promise<Error> {
  return runtimeError(`send_meta_data: got error code=-1 from node=${await context.hostId()}`, { cause });
}

/**
 * Components that TOC.txt does not list stay where they are. TOC.txt goes first: what a crash leaves is then deleted by the
 * next refresh instead of making it fail.
 */
async function removeLoaded({ sstables, orphans }: Upload): Promise<void> {
  for (const { directory, prefix, listed, present } of sstables) {
    const loaded = [...present].filter((component) => listed.has(component) && component !== 'TOC.txt');
    for (const component of ['TOC.txt', ...loaded])
      await rm(join(directory, `${prefix}-${component}`), { force: true });
  }
  for (const path of orphans) await rm(path, { force: true });
}
