import type { Engine, Snapshot } from '../engine/engine.js';
import { KnownError, messageOf } from '../errors.js';
import { schemaDrift } from '../model/schema-drift.js';
import { schemaOfTable } from '../model/schema-record.js';
import type { TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import type { Store } from '../store/store.js';
import type { Reporter } from '../terminal/reporter.js';

/** Tables whose files and schemas belong together. */
export interface Frozen {
  readonly tag: string;
  readonly attempt: number;
  readonly schemaVersion: { readonly before: string; readonly after: string };
  readonly tables: ReadonlyMap<TableName, FrozenTable | FreezeFailure>;
}

export interface FrozenTable {
  readonly record: TableRecord;
  readonly snapshot: Snapshot;
}

export interface FreezeFailure {
  readonly record: TableRecord;
  readonly error: unknown;
}

export const isFrozen = (table: FrozenTable | FreezeFailure): table is FrozenTable => 'snapshot' in table;

export interface FreezeTools {
  readonly engine: Engine;
  readonly store: Store;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/** A schema that changes again and again is being worked on; better say so than try for ever. */
const ATTEMPTS = 5;

/**
 * Takes a snapshot of each table under one tag, between two readings of the schemas: if a schema changed meanwhile, nobody
 * could say which one the files have, and all is done again. Hands the result to `work`, and drops the tag however that
 * ends: a snapshot pins disk space on the node.
 */
export async function withFrozenTables<T>(
  tables: readonly TableRecord[],
  tag: string,
  tools: FreezeTools,
  work: (frozen: Frozen) => Promise<T>,
): Promise<T> {
  const { store, engine } = tools;
  const { hostId } = await engine.identify();
  const keyspaces = tables.map(({ keyspace }) => keyspace);
  await store.noteSnapshot(tag, keyspaces, hostId);
  try {
    return await work(await freeze(tables, tag, tools));
  } finally {
    const dropped = await dropTag(tables, tag, tools);
    if (dropped) await forget(tag, tools);
  }
}

async function freeze(first: readonly TableRecord[], tag: string, tools: FreezeTools): Promise<Frozen> {
  const { engine, report, signal } = tools;
  const failed = new Map<TableName, FreezeFailure>();
  let tables = first;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const before = await engine.schemaVersion();
    const frozen = new Map<TableName, FrozenTable | FreezeFailure>();
    for (const record of tables) frozen.set(record.name, await snapshotOne(record, tag, tools));

    const after = await engine.schemaVersion();
    const again = await readAgain(tables, tools);
    for (const { record, error } of again.failed) failed.set(record.name, { record, error });
    if (again.changed.size === 0 || attempt === ATTEMPTS) {
      for (const [name, what] of again.changed) {
        const record = again.current.find((each) => each.name === name);
        if (record) failed.set(name, { record, error: restless(name, what) });
      }
      return { tag, attempt, schemaVersion: { before, after }, tables: new Map([...frozen, ...failed]) };
    }
    const what = [...again.changed].map(([name, lines]) => `${name}: ${lines.join(', ')}`).join('; ');
    report.warn(`The schema changed during the snapshot (${what}): taking it again`);
    await dropTag(tables, tag, tools);
    tables = again.current;
  }
}

const restless = (name: TableName, what: readonly string[]): KnownError =>
  new KnownError(
    'database',
    `The schema of '${name}' changed during each of ${ATTEMPTS} snapshots: ${what.join(', ')}`,
    { changed: 'Nothing was stored of it.', hint: 'Back up when nobody changes the table.' },
  );

async function snapshotOne(
  record: TableRecord,
  tag: string,
  { engine, report, signal }: FreezeTools,
): Promise<FrozenTable | FreezeFailure> {
  try {
    const snapshot = await report.step(`Take a snapshot of ${record.name}`, () =>
      engine.snapshot(record, tag),
    );
    return { record, snapshot };
  } catch (error) {
    // Told in the table's own block; the other tables go on.
    if (signal.aborted) throw error;
    return { record, error };
  }
}

interface ReadAgain {
  /** The tables as they are now. */
  readonly current: readonly TableRecord[];
  /** What is no longer as it was, by table. */
  readonly changed: ReadonlyMap<TableName, readonly string[]>;
  /** Tables that cannot be told of any more; the others go on. */
  readonly failed: readonly FreezeFailure[];
}

async function readAgain(
  tables: readonly TableRecord[],
  { engine, signal }: FreezeTools,
): Promise<ReadAgain> {
  const current: TableRecord[] = [];
  const changed = new Map<TableName, readonly string[]>();
  const failed: FreezeFailure[] = [];
  for (const before of tables) {
    try {
      const record = await expectStillThere(before, engine);
      current.push(record);
      const lines = [
        ...(record.id === before.id ? [] : ['it was made anew']),
        ...schemaDrift(schemaOfTable(before), schemaOfTable(record)),
      ];
      if (lines.length > 0) changed.set(before.name, lines);
    } catch (error) {
      if (signal.aborted) throw error;
      failed.push({ record: before, error });
    }
  }
  return { current, changed, failed };
}

async function expectStillThere({ name }: TableRecord, engine: Engine): Promise<TableRecord> {
  const described = await engine.describe(name);
  if (described.kind === 'table') return described.record;
  throw new KnownError('missing', `Table '${name}' was deleted during the backup`, {
    changed: 'Nothing was stored of it.',
  });
}

/** A note too many costs the next run a look; what was stored by then is stored. */
const forget = (tag: string, { store, report }: FreezeTools): Promise<void> =>
  store.forgetSnapshot(tag).catch((error: unknown) => {
    report.warn(
      `The note of snapshot ${tag} could not be removed (the next run does it): ${messageOf(error)}`,
    );
  });

/** Whether the tag is gone. When it is not, the next run will clear it: it stays written down. */
async function dropTag(
  tables: readonly TableRecord[],
  tag: string,
  { engine, report }: FreezeTools,
): Promise<boolean> {
  let gone = true;
  for (const { keyspace } of tables) {
    try {
      await engine.dropSnapshot(keyspace, tag);
    } catch (error) {
      gone = false;
      report.warn(
        `Snapshot ${tag} of ${keyspace} is still on the node (the next run clears it): ${messageOf(error)}`,
      );
    }
  }
  return gone;
}
