import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { flipByte } from '../process/harness/damage.js';
import type { ToolResult } from '../process/harness/running-tool.js';
import { orders, ordersTable } from './harness/items.js';
import { stateOf, type TableState } from './harness/table-state.js';
import { runService, scriptedService, type Script } from './harness/scripted-service.js';
import { withNode } from './harness/with-node.js';

/** Its service is stopped again and again, and made to fail. */
const foreign = process.env['ALTERNATOR_BACKUP_TEST_NODE'] !== undefined;
const TABLES = ['five-a', 'five-b', 'five-c', 'five-d', 'five-e'] as const;
const [TABLE] = TABLES;
const ITEMS = 60;
const PATIENCE = { timeout: 120_000 };

describe.skipIf(foreign)('Restores of a batch, and with the service stopped', () => {
  const bench = withNode({ behaviour: { indexFillMs: 100 } });
  const saved = new Map<string, TableState>();
  beforeAll(async () => {
    for (const table of TABLES) {
      await bench.reader.createTable(ordersTable(table));
      await bench.reader.put(table, orders(ITEMS));
    }
    await bench.tool.expect(0, ['backup', ...TABLES]);
    for (const table of TABLES) saved.set(table, await stateOf(bench, table));
  }, 120_000);

  const later = (table: string, number: number) =>
    bench.reader.put(table, [{ pk: { S: `later-${number}` }, sk: { N: '1' } }]);

  /** The table holds something that the backup does not. */
  async function changed(number: number): Promise<TableState> {
    await later(TABLE, number);
    return stateOf(bench, TABLE);
  }

  /** Of a node that is about to go down: when it answers again. */
  async function servesAgainAt(): Promise<number> {
    const answers = () =>
      fetch(bench.node.addresses.endpoint).then(
        () => true,
        () => false,
      );
    while (await answers()) await sleep(20);
    while (!(await answers())) await sleep(20);
    return Date.now();
  }

  function offline(script: Script, ...flags: readonly string[]) {
    const service = scriptedService(bench, script);
    const result = bench.tool.run(['restore', TABLE, '--yes', '--offline', ...flags], { env: service.env });
    return { service, result };
  }

  it(
    'five with one corrupt archive: four are restored, the fifth is untouched, summary 4/1/5, exit 1 (T-44)',
    PATIENCE,
    async () => {
      const corrupt = 'five-c';
      const archive = join(bench.tool.backups, corrupt, `${corrupt}_backup.tar.gz`);
      const bytes = readFileSync(archive);
      flipByte(archive, bytes.length >> 1);
      for (const [number, table] of TABLES.entries()) await later(table, number);
      const live = await stateOf(bench, corrupt);
      const { TableId } = await bench.reader.describe(corrupt);

      const { stdout } = await bench.tool.expect(1, ['restore', ...TABLES, '--yes']);
      expect(stdout).toContain(
        `  ✅ Successful: 4\n  ❌ Failed: 1\n  📊 Total: 5\n\nFailed tables:\n  - ${corrupt}\n`,
      );
      expect(stdout).not.toContain('All tables restored');
      for (const table of TABLES)
        expect(await stateOf(bench, table)).toEqual(table === corrupt ? live : saved.get(table));
      expect((await bench.reader.describe(corrupt)).TableId).toBe(TableId);
      rmSync(archive);
      writeFileSync(archive, bytes);
    },
  );

  it(
    'five offline: the service is stopped once and started once, and all five are restored (T-62)',
    PATIENCE,
    async () => {
      for (const [number, table] of TABLES.entries()) await later(table, number);
      const service = scriptedService(bench);
      const { stdout } = await bench.tool.expect(0, ['restore', ...TABLES, '--yes', '--offline'], {
        env: service.env,
      });
      expect(service.calls()).toEqual(['stop', 'start']);
      expect(stdout).toContain('  ✅ Successful: 5\n  ❌ Failed: 0\n  📊 Total: 5\n');
      for (const table of TABLES) expect(await stateOf(bench, table)).toEqual(saved.get(table));
    },
  );

  /** The service runs, and the tool has told what became of the table. */
  async function expectBack(before: TableState, { code, stderr, stdout }: ToolResult): Promise<void> {
    expect(runService(bench, 'status'), stderr).toBe(0);
    expect(await stateOf(bench, TABLE), stderr).toEqual(before);
    expect(code, stderr).toBe(1);
    expect(stdout).not.toContain('restored successfully');
  }

  it(
    'files that cannot be placed while the service is stopped: it runs again before the tool ends, and the old items are back (T-51)',
    PATIENCE,
    async () => {
      const before = await changed(10);
      const { TableId = '' } = await bench.reader.describe(TABLE);
      const directory = join(
        bench.node.addresses.dataDirectory,
        `alternator_${TABLE}`,
        `${TABLE}-${TableId.replaceAll('-', '')}`,
      );
      // Where `upload/` was, a file is: nothing can be linked into it.
      const { service, result } = offline({
        stop: `"$@"; mv '${directory}/upload' '${directory}/upload.away'; : > '${directory}/upload'`,
        start: `rm '${directory}/upload'; mv '${directory}/upload.away' '${directory}/upload'; "$@"`,
      });
      const ended = await result;
      expect(service.calls().slice(0, 2)).toEqual(['stop', 'start']);
      await expectBack(before, ended);
    },
  );

  it.for([
    ['INT', 130],
    ['TERM', 143],
  ] as const)(
    'SIG%s between stop and start: the service runs again before the tool ends, the table, emptied by then, gets its data, exit %d (T-51)',
    PATIENCE,
    async ([signal, status]) => {
      await changed(50);
      const { service, result } = offline({ stop: `"$@"; kill -${signal} $PPID` });
      const { code, stderr, stdout } = await result;
      expect(stderr).toContain('the restore stops as soon as no table is half restored');
      expect(code, stderr).toBe(status);
      expect(stdout).toContain(`✅ Table '${TABLE}' restored successfully!`);
      expect(stdout).toMatch(/Restore process interrupted by user\.\n$/);
      expect(service.calls()).toEqual(['stop', 'start']);
      expect(runService(bench, 'status')).toBe(0);
      expect(await stateOf(bench, TABLE)).toEqual(saved.get(TABLE));
    },
  );

  it(
    'a server that needs 6 s to start is waited for, one that is there at once is used without the documented sleeps of 5 and 10 s (T-53)',
    PATIENCE,
    async () => {
      await changed(20);
      const slow = await offline({ start: '(sleep 6; "$@") > /dev/null 2>&1 &' }).result;
      expect(slow.code, slow.stderr).toBe(0);
      expect(await stateOf(bench, TABLE)).toEqual(saved.get(TABLE));
      expect(slow.ms).toBeGreaterThan(6_000);
      const { result } = offline({});
      const servedAt = await servesAgainAt();
      const quick = await result;
      expect(quick.code, quick.stderr).toBe(0);
      const [, time = ''] =
        /^(\S+ \S+) - INFO - ScyllaDB service started successfully$/m.exec(quick.stderr) ?? [];
      expect(new Date(`${time.replace(' ', 'T')}Z`).getTime() - servedAt).toBeLessThan(5_000);
    },
  );

  it(
    'a server that never comes up: exit 8 at the deadline with a hint, and after its start `undo` brings all items back (T-53, T-50)',
    PATIENCE,
    async () => {
      const before = await changed(30);
      const { result } = offline({ start: 'exit 0' }, '--start-timeout', '3');
      const { code, stderr, stdout } = await result;
      expect(code, stderr).toBe(8);
      expect(stderr).toMatch(/ERROR - THE DATABASE IS NOT RUNNING: The node does not serve within 3 s/);
      expect(stderr).toMatch(/Next: .*--start-timeout/);
      expect(stdout).not.toContain('restored successfully');
      const [, copy = ''] = /are in (\S+): keep them/.exec(stderr) ?? [];
      expect(readdirSync(copy)).toContain('alternator_schema.json');
      await bench.node.standIn?.start();
      await bench.tool.expect(0, ['undo']);
      expect(await stateOf(bench, TABLE)).toEqual(before);
    },
  );

  it(
    'a service that lives on after its stop: the documented words, nothing extracted, every old item (T-54)',
    PATIENCE,
    async () => {
      const before = await changed(40);
      const ended = await offline({ stop: 'exit 0' }).result;
      expect(ended.stderr).toContain('ERROR - Service still running after stop command');
      expect(ended.stderr.split('Putting back')[0]).not.toContain('Data extracted');
      await expectBack(before, ended);
    },
  );
});
