import type { Instance } from './instance.js';
import type { IndexSchema, TableSchema } from './table-schema.js';

export type IndexStatus = 'CREATING' | 'ACTIVE';

/** A real node needs a moment to notice that even an empty view is built: DescribeTable at once says CREATING. */
const SETTLES_AFTER_MS = 400;

/** Views that were seen built on every node: they stay so as long as they exist. */
const built = new Set<string>();

/** When indexes were made through the API: Scylla makes all of a table at once, here they come one after another. */
const madeAt = new Map<string, number>();

const keyOf = (tableId: string, view: string): string => `${tableId} ${view}`;

/** To be called once all that belongs to a new index is there. */
export function indexMade(tableId: string, view: string): void {
  madeAt.set(keyOf(tableId, view), Date.now());
}

/** ACTIVE once the view is built on every node and no attribute waits to be moved into its column. */
export async function indexStatus(
  instance: Instance,
  table: TableSchema,
  index: IndexSchema,
): Promise<IndexStatus> {
  const since = Math.max(index.createdAt, madeAt.get(keyOf(table.id, index.view)) ?? 0);
  if (Date.now() - since < SETTLES_AFTER_MS) return 'CREATING';
  const { indexes } = instance.state.read(table);
  if ((indexes[index.view]?.toBeFilled ?? []).length > 0) return 'CREATING';
  return (await isBuilt(instance, table, index)) ? 'ACTIVE' : 'CREATING';
}

async function isBuilt({ database }: Instance, table: TableSchema, index: IndexSchema): Promise<boolean> {
  const view = `${keyOf(table.id, index.view)} ${index.createdAt}`;
  if (built.has(view)) return true;
  const [peers, statuses] = await Promise.all([
    database.execute('SELECT host_id FROM system.peers'),
    database.execute(
      'SELECT host_id, status FROM system_distributed.view_build_status WHERE keyspace_name = ? AND view_name = ?',
      [table.keyspace, index.view],
    ),
  ]);
  const done = statuses.rows.filter((row) => row['status'] === 'SUCCESS').length;
  if (done < peers.rows.length + 1) return false;
  built.add(view);
  return true;
}
