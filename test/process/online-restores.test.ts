import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { newGate } from './harness/gate.js';
import { it, type Stage } from './harness/stage.js';

const ORDERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

const isRefresh = (args: readonly string[]) => args[0] === 'refresh';
const refreshes = ({ fake }: Stage) => fake.calls.nodetool().filter((args) => args.startsWith('refresh'));

/** What a job's journal says, the newest one of the work directory beside the data. */
function journalOf({ fake }: Stage): {
  readonly tables: readonly { readonly steps: readonly { readonly step: string }[] }[];
} {
  const folder = join(fake.dataDirectory, '..', 'alternator-backup', 'jobs');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return JSON.parse(readFileSync(join(folder, files.sort().at(-1) ?? ''), 'utf8')) as never;
}

const stepsOf = (stage: Stage): readonly string[] =>
  journalOf(stage).tables[0]?.steps.map(({ step }) => step) ?? [];

describe.concurrent('a restore while the server runs', () => {
  it('T-61: never stops or starts the service, loads by one refresh what lay in upload/, and the rows are there', async ({
    setUp,
  }) => {
    const stage = await setUp(ORDERS);
    await stage.tool(['backup', 'users']);
    for (const mode of [[], ['--recreate']]) {
      const before = refreshes(stage).length;
      const gate = newGate();
      stage.fake.when('nodetool', isRefresh, { kind: 'wait', until: gate.opened }, 1);
      const running = stage.start(['restore', 'users', '--yes', ...mode]);
      await running.untilSays('Running nodetool refresh');
      const upload = join(stage.fake.table('users')?.directory ?? '', 'upload');
      expect(readdirSync(upload).filter((name) => name.endsWith('-Data.db')).length).toBeGreaterThan(0);
      gate.open();
      const result = await running.result;
      expect(result.code, result.stderr).toBe(0);
      expect(refreshes(stage).slice(before)).toEqual(['refresh -- alternator_users users']);
      expect(stage.fake.table('users')?.items).toBe(200);
    }
    expect(stage.fake.calls.service().filter((verb) => verb !== 'status')).toEqual([]);
  });

  it('T-64: is appended to alternator_restore.log and to the history: table, operator, host, start, end, result', async ({
    setUp,
  }) => {
    const stage = await setUp(ORDERS);
    await stage.tool(['backup', 'users']);
    writeFileSync(join(stage.cwd, 'alternator_restore.log'), 'what was there before\n');
    const from = Date.now();
    await stage.tool(['restore', 'users', '--yes'], { env: { SUDO_USER: 'anna' } });
    expect(stage.log('restore')).toMatch(
      /^what was there before\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - INFO - [^]*Restore completed for users/,
    );
    const history = readFileSync(join(stage.backups, '@state', 'history.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const row = JSON.parse(history.at(-1) ?? '') as {
      readonly startedAt: string;
      readonly finishedAt: string;
      readonly by: Readonly<Record<string, string>>;
    };
    expect(row).toMatchObject({ command: 'restore', outcomes: [{ table: 'users', result: 'done' }] });
    expect(row.by).toEqual({ sudo: 'anna', user: userInfo().username, host: hostname() });
    expect(Date.parse(row.startedAt)).toBeGreaterThanOrEqual(from - 1);
    expect(Date.parse(row.finishedAt)).toBeGreaterThanOrEqual(Date.parse(row.startedAt));
  });

  it('TX-9: makes the table before the data and views after it, as its journal shows', async ({ setUp }) => {
    const stage = await setUp(ORDERS);
    await stage.tool(['backup', 'users']);
    const result = await stage.tool(['restore', 'users', '--yes', '--schema', 'cql']);
    expect([0, 3], result.stderr).toContain(result.code);
    const steps = stepsOf(stage);
    expect(steps.indexOf('create')).toBeGreaterThan(steps.indexOf('remove'));
    expect(steps.indexOf('load')).toBeGreaterThan(steps.indexOf('create'));
    expect(steps.indexOf('settings')).toBeGreaterThan(steps.indexOf('load'));
    const told = result.stderr;
    expect(told.indexOf('Base table schema restored')).toBeGreaterThan(0);
    expect(told.indexOf('Running nodetool refresh')).toBeGreaterThan(
      told.indexOf('Base table schema restored'),
    );
    expect(told.search(/[Mm]aterialized view/)).toBeGreaterThan(told.indexOf('Nodetool refresh completed'));
  });

  it('TX-13: that is cut off when the schema is there goes on by `resume`, which does not make it again', async ({
    setUp,
  }) => {
    const stage = await setUp(ORDERS);
    await stage.tool(['backup', 'users']);
    const gate = newGate();
    stage.fake.when('nodetool', isRefresh, { kind: 'wait', until: gate.opened }, 1);
    const running = stage.start(['restore', 'users', '--yes', '--recreate']);
    await running.untilSays('Running nodetool refresh');
    running.kill('SIGKILL');
    await running.result;
    gate.open();
    const made = () => stage.fake.calls.changes().filter((call) => /^api (Create|Delete)Table/.test(call));
    const before = made();
    expect(before).toEqual(['api DeleteTable users', 'api CreateTable users']);
    const { id } = stage.fake.table('users') ?? {};
    const resumed = await stage.tool(['resume']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(made()).toEqual(before);
    expect(stage.fake.table('users')).toMatchObject({ id, items: 200 });
  });
});
