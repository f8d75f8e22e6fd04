import { link, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { groupSSTables } from '../../src/model/sstable.js';
import type { CreateTableInput } from '../../src/model/table-creation.js';
import { keyspaceOf, parseTableName, type TableName } from '../../src/model/table-name.js';
import type { TableRecord } from '../../src/model/table-record.js';
import { quoteName } from '../../src/cql/quoting.js';
import { simpleTable } from '../support/memory-schema.js';

/** An engine, and means of its own to look behind it: what the engine says is judged by somebody else. */
export interface EngineHarness {
  readonly engine: Engine;
  /** Makes items `i0`, `i1`, … of a table of one key, not through the engine. */
  put(table: string, count: number): Promise<void>;
  /** Counts items, also through an index, not through the engine. */
  count(table: string, index?: string): Promise<number>;
  /** A table that Alternator lists though plain CQL made it; absent where the harness cannot. */
  addPlainCql?(): Promise<TableName>;
  close(): Promise<void>;
}

/** What every engine owes the pipelines. A new engine is finished when this passes. */
export function engineContract(name: string, open: () => Promise<EngineHarness>): void {
  describe(`${name} keeps the engine contract`, () => {
    let harness: EngineHarness;
    let engine: Engine;
    beforeAll(async () => {
      harness = await open();
      engine = harness.engine;
    });
    afterAll(() => harness.close());

    const run = Math.random().toString(36).slice(2, 7);
    let made = 0;
    const newName = () => parseTableName(`ct-${run}-${(made += 1)}`);
    const make = async (table = newName(), extra: Partial<CreateTableInput> = {}) => {
      const { id } = await engine.createTable(simpleTable(table, extra));
      const record = await engine.untilReady(table);
      expect(record.id).toBe(id);
      return record;
    };
    const tag = (text: string) => `altbk_contract_${run}_${text}`;

    it('says who the node is and how large its ring', async () => {
      const node = await engine.identify();
      expect(node.engine).toMatch(/^(Scylla|Cassandra)$/);
      expect(node.version).toMatch(/^\d+\.\d+/);
      expect(node.hostId).toMatch(/^[0-9a-f-]{36}$/);
      expect(node.nodeCount).toBeGreaterThanOrEqual(1);
      expect(node.topology.nodes[node.topology.datacenter]).toBeGreaterThanOrEqual(1);
    });

    it('is ready when everything is there', async () => {
      await engine.verifyReady();
    });

    it('lists a table that was made, once, and no longer when it is deleted', async () => {
      const table = newName();
      await make(table);
      expect((await engine.listTables()).filter((each) => each === table)).toEqual([table]);
      await engine.deleteTable(table);
      expect(await engine.listTables()).not.toContain(table);
    });

    it('says of a table that is not there that it is missing', async () => {
      expect(await engine.describe(newName())).toEqual({ kind: 'missing' });
    });

    it('gives everything that makes the table again', async () => {
      const table = newName();
      await make(table, { Tags: [{ Key: 'team', Value: 'billing' }] });
      const record = await expectRecord(engine, table);
      expect(record).toMatchObject({ name: table, keyspace: keyspaceOf(table) });
      expect(record.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(record.schema.describe).toMatchObject({
        TableName: table,
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      });
      // The raw answer: the SDK would have made a Date of it.
      expect(record.schema.describe['CreationDateTime']).toBeTypeOf('number');
      expect(record.schema.tags).toContainEqual({ Key: 'team', Value: 'billing' });
      expect(record.keyspaceStatement).toMatch(/^CREATE KEYSPACE /);
      expect(record.statements[0]?.statement).toMatch(/CREATE TABLE /);
      expect(record.columns.map(({ name: column }) => column)).toEqual(
        expect.arrayContaining(['pk', ':attrs']),
      );
      expect(record.replication['class']).toContain('Strategy');
    });

    it('names indexes in the description and their views among the statements', async () => {
      const table = newName();
      const record = await make(table, byColour);
      expect(record.schema.describe.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual([
        'by-colour',
      ]);
      expect(record.statements.map(({ name: statement }) => statement)).toContain(`${table}:by-colour`);
    });

    it('tells a plain CQL table from one of Alternator', async ({ skip }) => {
      if (!harness.addPlainCql) skip('this harness cannot make a table by CQL in an Alternator keyspace');
      const table = await harness.addPlainCql!();
      expect(await engine.listTables()).toContain(table);
      expect(await engine.describe(table)).toEqual({ kind: 'plain CQL' });
    });

    it('agrees on a schema version, which changes with the schema and only then', async () => {
      const before = await engine.schemaVersion();
      expect(await engine.schemaVersion()).toBe(before);
      await make();
      expect(await engine.schemaVersion()).not.toBe(before);
    });

    it('freezes the files of a table: later writes do not show in them', async () => {
      const { name: table } = await make();
      await harness.put(table, 20);
      const record = await expectRecord(engine, table);
      const snapshot = await engine.snapshot(record, tag('freeze'));
      expect(await readdir(snapshot.directory)).toEqual(expect.arrayContaining([...snapshot.files]));
      const [sstable] = groupSSTables(snapshot.files);
      expect(sstable?.components.map(({ component }) => component)).toEqual(
        expect.arrayContaining(['Data.db', 'TOC.txt', 'Digest.crc32']),
      );
      const bytes = await readFile(join(snapshot.directory, `${sstable!.id}-Data.db`));
      await harness.put(table, 40);
      expect(await readFile(join(snapshot.directory, `${sstable!.id}-Data.db`))).toEqual(bytes);
      await engine.dropSnapshot(record.keyspace, tag('freeze'));
    });

    it('refuses a tag that is taken', async () => {
      const record = await make();
      await engine.snapshot(record, tag('twice'));
      await expect(engine.snapshot(record, tag('twice'))).rejects.toMatchObject({ kind: 'program' });
      await engine.dropSnapshot(record.keyspace, tag('twice'));
    });

    it('makes a snapshot of an empty table, without SSTables', async () => {
      const record = await make();
      const snapshot = await engine.snapshot(record, tag('empty'));
      expect(groupSSTables(snapshot.files)).toEqual([]);
      await engine.dropSnapshot(record.keyspace, tag('empty'));
    });

    it('drops a tag and no other; one that is not there is no error', async () => {
      const record = await make();
      await harness.put(record.name, 3);
      const ours = await engine.snapshot(record, tag('ours'));
      const foreign = await engine.snapshot(record, tag('foreign'));
      await engine.dropSnapshot(record.keyspace, tag('ours'));
      await expect(lstat(ours.directory)).rejects.toMatchObject({ code: 'ENOENT' });
      expect((await lstat(foreign.directory)).isDirectory()).toBe(true);
      await engine.dropSnapshot(record.keyspace, tag('ours'));
      await engine.dropSnapshot('alternator_no_such_keyspace', tag('ours'));
      await engine.dropSnapshot(record.keyspace, tag('foreign'));
    });

    it('refuses to make a table that is there', async () => {
      const { name: table } = await make();
      await expect(make(table)).rejects.toMatchObject({ kind: 'database' });
    });

    it('has a new table ready: described, with its directory', async () => {
      const record = await make(newName(), byColour);
      const described = await expectRecord(engine, record.name);
      expect(described.id).toBe(record.id);
      const directory = await engine.tableDirectory(record);
      expect(
        directory.path.endsWith(`/${record.keyspace}/${record.name}-${record.id.replaceAll('-', '')}`),
      ).toBe(true);
      const { uid, gid } = await lstat(directory.path);
      expect({ uid, gid }).toEqual({ uid: directory.uid, gid: directory.gid });
      const top = await engine.topDirectory();
      expect(directory.path.startsWith(`${top.path}/${record.keyspace}/`)).toBe(true);
      const above = await lstat(top.path);
      expect({ uid: above.uid, gid: above.gid }).toEqual({ uid: top.uid, gid: top.gid });
    });

    it('deletes a table for good, and says when there is none', async () => {
      const { name: table } = await make();
      await engine.deleteTable(table);
      expect(await engine.describe(table)).toEqual({ kind: 'missing' });
      await expect(engine.deleteTable(table)).rejects.toMatchObject({ kind: 'missing' });
    });

    it('brings every item back, and every index entry, into a table made anew', async () => {
      const table = newName();
      const before = await make(table, byColour);
      await harness.put(table, 300);
      const { files, directory } = await engine.snapshot(before, tag('cycle'));
      const work = join(await engine.workDirectory(), `contract-${run}`);
      await mkdir(work, { recursive: true });
      const names = groupSSTables(files).flatMap(({ components }) => components.map((each) => each.name));
      for (const name of names) await link(join(directory, name), join(work, name));
      await engine.dropSnapshot(before.keyspace, tag('cycle'));

      await engine.deleteTable(table);
      const after = await make(table, byColour);
      expect(after.id).not.toBe(before.id);
      expect(await harness.count(table)).toBe(0);
      const { path } = await engine.tableDirectory(after);
      for (const name of names) await link(join(work, name), join(path, 'upload', name));
      await engine.refresh(after, { stream: false });

      expect(await harness.count(table)).toBe(300);
      expect((await readdir(join(path, 'upload'))).filter((name) => names.includes(name))).toEqual([]);
      await expect.poll(() => engine.filesAwaitingIndexes(after), { timeout: 30_000 }).toBe(0);
      expect(await harness.count(table, 'by-colour')).toBe(300);
      expect(await engine.unbuiltViews(after)).toEqual([]);
    });

    it('loads nothing from an empty upload, and says nothing about it', async () => {
      const record = await make();
      await engine.refresh(record, { stream: false });
      expect(await harness.count(record.name)).toBe(0);
    });

    it('sets a time to live and a stream, and shows them', async () => {
      const { name: table } = await make();
      await engine.setTimeToLive(table, 'expires');
      await engine.enableStream(table, 'KEYS_ONLY');
      const { schema } = await expectRecord(engine, table);
      expect(schema.ttl).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
      expect(schema.describe.StreamSpecification).toMatchObject({
        StreamEnabled: true,
        StreamViewType: 'KEYS_ONLY',
      });
    });

    it('runs a CQL statement, and gives the words of the server when it is refused', async () => {
      const { name: table, keyspace } = await make();
      await engine.execute(`DROP KEYSPACE IF EXISTS ${quoteName(keyspace)}`);
      expect(await engine.describe(table)).toEqual({ kind: 'missing' });
      await expect(engine.execute('CREATE NONSENSE')).rejects.toMatchObject({
        kind: 'database',
        message: expect.stringContaining('no viable alternative') as string,
      });
    });

    it('empties a table and leaves it the same table', async () => {
      const record = await make();
      await harness.put(record.name, 5);
      await engine.truncate(record);
      expect(await harness.count(record.name)).toBe(0);
      expect((await expectRecord(engine, record.name)).id).toBe(record.id);
    });

    it('counts a sample, and says whether that was all', async () => {
      const { name: table } = await make();
      expect(await engine.sample(table, { most: 100 })).toEqual({ items: 0, complete: true });
      await harness.put(table, 60);
      expect(await engine.sample(table, { most: 1_000 })).toEqual({ items: 60, complete: true });
      const part = await engine.sample(table, { most: 8 });
      expect(part.items).toBeLessThan(60);
      expect(part).toMatchObject({ complete: false });
      await expect(engine.sample(newName(), { most: 10 })).rejects.toMatchObject({ kind: 'missing' });
    });

    it('counts and sums every item of a table and of its index, and tells one item more', async () => {
      const { name: table } = await make(newName(), byColour);
      const none = await engine.checksum(table);
      expect(none).toEqual({ count: 0, sha256: '0'.repeat(64) });
      await harness.put(table, 60);
      const progress: string[] = [];
      const onProgress = (done: number, total: number) => progress.push(`${done}/${total}`);
      const all = await engine.checksum(table, { onProgress });
      expect(all.count).toBe(60);
      expect(all.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(progress.at(-1)).toMatch(/^(\d+)\/\1$/);
      expect(await engine.checksum(table)).toEqual(all);
      // Everything is projected, so that the entries of the index are the items themselves.
      await expect
        .poll(() => engine.checksum(table, { index: 'by-colour' }), { timeout: 30_000 })
        .toEqual(all);
      await harness.put(table, 61);
      const more = await engine.checksum(table);
      expect(more.count).toBe(61);
      expect(more.sha256).not.toBe(all.sha256);
    });

    it('does not sum what it cannot read: no table, no index, or somebody who has waited long enough', async () => {
      await expect(engine.checksum(newName())).rejects.toMatchObject({ kind: 'missing' });
      const { name: table } = await make();
      await expect(engine.checksum(table, { index: 'none' })).rejects.toMatchObject({ kind: 'database' });
      const signal = AbortSignal.abort(new Error('long enough'));
      await expect(engine.checksum(table, { signal })).rejects.toThrow('long enough');
    });

    it('has no neighbours in the keyspace of an ordinary table', async () => {
      const { name: table } = await make(newName(), byColour);
      expect(await engine.neighbours(table)).toEqual([]);
    });

    it('serves once the service is active, and has no rows that it could not take', async () => {
      await engine.untilServing();
      let asked = 0;
      await engine.untilServing({ name: 'a service', isActive: async () => (asked += 1) > 1 });
      expect(asked).toBeGreaterThan(1);
      expect((await engine.corruptRows()) ?? 0).toBe(0);
    });
  });
}

/** Items that the harness makes have a colour. */
const byColour: Partial<CreateTableInput> = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'colour', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-colour',
      KeySchema: [
        { AttributeName: 'colour', KeyType: 'HASH' },
        { AttributeName: 'pk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

async function expectRecord(engine: Engine, table: TableName): Promise<TableRecord> {
  const described = await engine.describe(table);
  if (described.kind !== 'table') throw new Error(`${table} is ${described.kind}`);
  return described.record;
}
