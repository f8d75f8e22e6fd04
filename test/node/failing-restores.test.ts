import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../node-under-test/types.js';
import type { ToolResult } from '../process/harness/running-tool.js';
import { SCENARIOS } from './harness/crash-scenarios.js';
import { cuttingProxy, type Cut, type CuttingProxy } from './harness/cutting-proxy.js';
import { nodetoolThat, type FirstRefresh } from './harness/failing-nodetool.js';
import type { PreparedStates } from './harness/kill-points.js';
import { stateOf } from './harness/table-state.js';
import { withNode } from './harness/with-node.js';

/** The node must misbehave on demand. */
const foreign = process.env['ALTERNATOR_BACKUP_TEST_NODE'] !== undefined;

type Kind = 'reload' | 'recreate' | 'create';
const KINDS = ['reload', 'recreate', 'create'] as const;

/** `nodetool` gives up a load after so long. */
const IMPATIENT = ['--nodetool-timeout', '4'] as const;
const PATIENCE = { timeout: 120_000 };

describe.skipIf(foreign)('A restore that fails after its first change', () => {
  const bench = withNode({ behaviour: { indexFillMs: 100 } });
  const states = new Map<Kind, PreparedStates>();
  let proxy: CuttingProxy;

  beforeAll(async () => {
    proxy = await cuttingProxy(bench.node.addresses.endpoint);
    for (const kind of KINDS) {
      const scenario = SCENARIOS.find(({ name }) => name === `online, ${kind}`);
      if (!scenario) throw new Error(`there is no scenario for ${kind}`);
      states.set(kind, await scenario.prepare(bench, tableOf(kind)));
    }
  }, 120_000);
  afterEach(() => standIn().misbehave({}));
  afterAll(() => proxy.close());

  const standIn = () => {
    if (!bench.node.standIn) throw new Error('unreachable: skipped on a foreign node');
    return bench.node.standIn;
  };
  const tableOf = (kind: Kind) => `failing-${kind}`;
  const statesOf = (kind: Kind) => {
    const found = states.get(kind);
    if (!found) throw new Error('prepared for each kind');
    return found;
  };

  const restore = (kind: Kind, flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
    bench.tool.run(['restore', tableOf(kind), '--yes', ...flags], { env });
  const throughProxy = () => ({ ALTERNATOR_BACKUP_ENDPOINT: proxy.endpoint });
  const service = (verb: 'start' | 'status') =>
    spawnSync(bench.node.addresses.service[verb][0] ?? '', bench.node.addresses.service[verb].slice(1), {
      timeout: 60_000,
    }).status;

  /** As an operator finds it afterwards: the old table whole, and nothing unfinished. */
  async function expectAsBefore(kind: Kind, { code, stderr, stdout }: ToolResult): Promise<void> {
    expect(await stateOf(bench, tableOf(kind)), stderr).toEqual(statesOf(kind).before);
    expect(code, stderr).toBe(1);
    expect(stdout).toContain(`❌ Table '${tableOf(kind)}' failed to restore`);
    expect(stdout).not.toContain('restored successfully');
    expect(stderr).toMatch(
      /ERROR - {3}State: (The table '\S+' (is as it was|that was there) before|There is no table)/,
    );
  }

  /** What is prepared again for the next test, when the restore was done in the end. */
  async function expectRestored(kind: Kind, { code, stderr }: ToolResult): Promise<void> {
    expect(await stateOf(bench, tableOf(kind)), stderr).toEqual(statesOf(kind).after);
    expect([0, 3], stderr).toContain(code);
    await bench.tool.expect(0, ['undo']);
    expect(await stateOf(bench, tableOf(kind))).toEqual(statesOf(kind).before);
  }

  it.for<{ kind: Kind; how: FirstRefresh }>([
    ...KINDS.map((kind) => ({ kind, how: 'exits 1' as const })),
    { kind: 'reload', how: 'hangs' },
  ])(
    '$kind, nodetool refresh $how: the old table is put back, exit 1 (T-50, T-52)',
    PATIENCE,
    async ({ kind, how }) => {
      const nodetool = nodetoolThat(bench, how);
      const result = await restore(kind, IMPATIENT, nodetool.env);
      expect(nodetool.wasAsked()).toBe(true);
      expect(result.stderr).toMatch(/ERROR - Error running nodetool refresh: /);
      await expectAsBefore(kind, result);
    },
  );

  it.for<{ kind: Kind; what: string; fault: Fault }>([
    { kind: 'recreate', what: 'refuses the load', fault: { on: 'refresh', does: 'refuse', times: 1 } },
    { kind: 'reload', what: 'loads half of it', fault: { on: 'refresh', does: 'load half', times: 1 } },
    {
      kind: 'recreate',
      what: 'deletes the upload with exit status 0',
      fault: { on: 'refresh', does: 'lose the TOC', times: 1 },
    },
    {
      kind: 'create',
      what: 'deletes the upload with exit status 0',
      fault: { on: 'refresh', does: 'lose the TOC', times: 1 },
    },
    {
      kind: 'reload',
      what: 'loads all and the answer is lost',
      fault: { on: 'refresh', done: true, does: 'refuse', times: 1 },
    },
    {
      kind: 'reload',
      what: 'is loading for longer than we wait',
      fault: { on: 'refresh', does: 'already loading', forMs: 6_000 },
    },
    {
      kind: 'recreate',
      what: 'answers CreateTable with 500',
      fault: { on: 'CreateTable', does: 'refuse', times: 1 },
    },
    {
      kind: 'recreate',
      what: 'makes the table and answers with 500',
      fault: { on: 'CreateTable', done: true, does: 'refuse', times: 1 },
    },
  ])(
    '$kind, the server $what: the old table is put back, exit 1 (T-50)',
    PATIENCE,
    async ({ kind, fault }) => {
      await standIn().misbehave({ faults: [fault] });
      const result = await restore(kind, IMPATIENT);
      expect(await standIn().hits()).not.toEqual([]);
      await expectAsBefore(kind, result);
    },
  );

  it.for<{ when: Cut; what: string }>([
    { when: 'before', what: 'is not heard' },
    { when: 'after', what: 'is done' },
  ])(
    'recreate, a CreateTable without an answer that $what: the old table is put back, exit 1 (T-50)',
    PATIENCE,
    async ({ when }) => {
      proxy.cut('CreateTable', when);
      const result = await restore('recreate', [], throughProxy());
      expect(proxy.cuts()).toBe(1);
      await expectAsBefore('recreate', result);
    },
  );

  it.for<{ kind: Kind; does: 'stop' | 'kill' }>([
    { kind: 'reload', does: 'stop' },
    { kind: 'recreate', does: 'kill' },
    { kind: 'create', does: 'stop' },
  ])(
    '$kind, the node goes down under the load ($does) and comes again: the old table is put back, exit 1 (T-50)',
    PATIENCE,
    async ({ kind, does }) => {
      await standIn().misbehave({ faults: [{ on: 'refresh', does, times: 1 }] });
      const running = restore(kind);
      await vi.waitFor(
        () => {
          expect(service('status')).not.toBe(0);
        },
        { timeout: 60_000, interval: 200 },
      );
      await standIn().start();
      await expectAsBefore(kind, await running);
    },
  );

  /** The copy is where the tool says, whole enough to be loaded, and one command loads it. */
  async function expectUndoable(kind: Kind, { code, stderr }: ToolResult): Promise<void> {
    expect(code, stderr).toBe(8);
    const [, copy = ''] = /are in (\S+): keep them/.exec(stderr) ?? [];
    expect(existsSync(copy), stderr).toBe(true);
    expect(readdirSync(copy).filter((name) => /-(Data\.db|TOC\.txt)$/.test(name))).not.toEqual([]);
    expect(stderr).toContain(`THE TABLE '${tableOf(kind)}' IS NOT COMPLETE`);
    expect(stderr).toMatch(/alternator-backup undo tries again\. By hand: /);
    const refused = await bench.tool.run(['backup', tableOf(kind), '--backup-dir', 'elsewhere']);
    expect(refused.code, refused.stderr).toBe(5);
    expect(refused.stderr).toMatch(/undo|resume/);

    await standIn().misbehave({});
    await bench.tool.expect(0, ['undo']);
    expect(await stateOf(bench, tableOf(kind))).toEqual(statesOf(kind).before);
  }

  it.for<{ kind: Kind; what: string; fault: Fault }>([
    { kind: 'reload', what: 'every load is refused', fault: { on: 'refresh', does: 'refuse' } },
    { kind: 'recreate', what: 'every load is refused', fault: { on: 'refresh', does: 'refuse' } },
    { kind: 'recreate', what: 'CreateTable always fails', fault: { on: 'CreateTable', does: 'refuse' } },
    {
      kind: 'reload',
      what: 'another load never ends',
      fault: { on: 'refresh', does: 'already loading' },
    },
  ])(
    '$kind, $what, so that the old table cannot be put back either: exit 8, its copy is named and there, and `undo` brings it back (T-50)',
    PATIENCE,
    async ({ kind, fault }) => {
      await standIn().misbehave({ faults: [fault] });
      await expectUndoable(kind, await restore(kind, IMPATIENT));
    },
  );

  it(
    'reload, the node goes down under the load and stays so: exit 8, the copy is named and there, and `undo` brings the table back (T-50)',
    PATIENCE,
    async () => {
      await standIn().misbehave({ faults: [{ on: 'refresh', does: 'kill', times: 1 }] });
      const result = await restore('reload', ['--start-timeout', '3']);
      expect(service('status')).not.toBe(0);
      await standIn().start();
      await expectUndoable('reload', result);
    },
  );

  it(
    'create, what was made cannot be removed: exit 1, it says that a part may be there, and `undo` removes it',
    PATIENCE,
    async () => {
      await standIn().misbehave({
        faults: [
          { on: 'refresh', does: 'refuse' },
          { on: 'Scan', does: 'refuse' },
          { on: 'DescribeTable', after: 12, does: 'refuse' },
        ],
      });
      const { code, stderr, stdout } = await restore('create', ['--start-timeout', '3']);
      expect(code, stderr).toBe(1);
      expect(stdout).not.toContain('restored successfully');
      await standIn().misbehave({});
      await bench.tool.run(['undo']);
      expect(await stateOf(bench, tableOf('create'))).toEqual(statesOf('create').before);
    },
  );

  it.for<{ kind: Kind; what: string; fault: Fault }>([
    {
      kind: 'reload',
      what: 'Already loading for a while',
      fault: { on: 'refresh', does: 'already loading', times: 3 },
    },
    {
      kind: 'create',
      what: 'DescribeTable answered with 500',
      fault: { on: 'DescribeTable', after: 3, times: 1, does: 'refuse' },
    },
    {
      kind: 'recreate',
      what: 'DeleteTable done and answered with 500',
      fault: { on: 'DeleteTable', done: true, does: 'refuse', times: 1 },
    },
  ])('$kind, $what: is waited for, and the backup is restored', PATIENCE, async ({ kind, fault }) => {
    await standIn().misbehave({ faults: [fault] });
    const result = await restore(kind);
    expect(await standIn().hits()).not.toEqual([]);
    await standIn().misbehave({});
    await expectRestored(kind, result);
  });
});
