import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import type { TableRecord } from '../../../src/model/table-record.js';
import { workbench, type Workbench } from '../../support/workbench.js';

const recordOf = async (bench: Workbench, name: string): Promise<TableRecord> => {
  const described = await bench.engine.describe(parseTableName(name));
  if (described.kind !== 'table') throw new Error(described.kind);
  return described.record;
};
const notes = (bench: Workbench) => readdir(join(bench.backups, '@state', 'snapshots'));
const snapshotsOf = async (bench: Workbench, name: string): Promise<readonly string[]> => {
  const { path } = await bench.engine.tableDirectory(await recordOf(bench, name));
  return readdir(join(path, 'snapshots'));
};

describe('The note of a snapshot that a dead run left', () => {
  it.each([
    ['is empty', ''],
    ['is half written', '{"keyspaces":["alterna'],
    ['is something else', '[1]'],
  ])(
    'stops no run when it %s: its name tells the tag, which is looked for in every table',
    async (_, text) => {
      const bench = await workbench();
      await bench.fill('users', 2);
      await bench.fill('orders', 2);
      expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
      const tag = 'altbk_12345678_20261121T100000-abcdef';
      for (const name of ['users', 'orders']) {
        await bench.engine.snapshot(await recordOf(bench, name), tag);
        await bench.engine.snapshot(await recordOf(bench, name), 'mine');
      }
      const folder = join(bench.backups, '@state', 'snapshots');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${tag}.json`), text);
      await writeFile(join(folder, 'mine.json'), text);

      const { result, log } = await bench.backup({ tables: ['users'] });
      expect(result, log().join('\n')).toBe(0);
      expect(log().join('\n')).toContain(`Cleared snapshot ${tag}, which an interrupted run left`);
      for (const name of ['users', 'orders']) expect(await snapshotsOf(bench, name)).toEqual(['mine']);
      // Not a tag of ours: neither the file nor the snapshot is.
      expect(await notes(bench)).toEqual(['mine.json']);
      expect((await bench.restore({ tables: ['users'], yes: true })).result).toBe(0);
    },
  );

  it('is one for each table that a restore replaces: what cannot be cleared of one stays written down', async () => {
    const bench = await workbench();
    for (const name of ['first', 'second']) await bench.fill(name, 2);
    expect((await bench.backup({ all: true })).result).toBe(0);
    const tags: string[] = [];
    const { log } = await bench.restore(
      { tables: ['first', 'second'], yes: true },
      {
        engine: {
          snapshot: (record, tag) => {
            tags.push(tag);
            return bench.engine.snapshot(record, tag);
          },
          dropSnapshot: (keyspace, tag) =>
            keyspace === 'alternator_first'
              ? Promise.reject(new KnownError('program', 'no'))
              : bench.engine.dropSnapshot(keyspace, tag),
        },
      },
    );
    expect(log().join('\n')).toMatch(/Snapshot altbk_\S+ of alternator_first is still on the node/);
    expect(new Set(tags).size).toBe(2);
    expect(await notes(bench)).toEqual([`${tags[0]}.json`]);
    const next = await bench.backup({ tables: ['second'] });
    expect(next.log().join('\n')).toContain(`Cleared snapshot ${tags[0]}`);
    expect(await notes(bench)).toEqual([]);
  });
});
