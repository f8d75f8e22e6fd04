import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Misbehaviour } from '../node-under-test/types.js';
import type { ToolResult } from '../process/harness/running-tool.js';
import { SCENARIOS } from './harness/crash-scenarios.js';
import { cuttingProxy, type Cut, type CuttingProxy } from './harness/cutting-proxy.js';
import { nodetoolThat, type FirstRefresh } from './harness/failing-nodetool.js';
import { stateOf, type PreparedStates } from './harness/kill-points.js';
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
    expect(stderr).toMatch(/ERROR - {3}State: (The table '\S+' (is as it was|that was there) before|There is no table)/);
    expect((await bench.tool.run(['resume'])).stderr).toMatch(/nothing|no /i);
  }

  /** What is prepared again for the next test, when the restore was done in the end. */
  async function expectRestored(kind: Kind, { code, stderr }: ToolResult): Promise<void> {
    expect(await stateOf(bench, tableOf(kind)), stderr).toEqual(statesOf(kind).after);
    expect([0, 3], stderr).toContain(code);
    await bench.tool.expect(0, ['undo']);
    expect(await stateOf(bench, tableOf(kind))).toEqual(statesOf(kind).before);
  }

  it.for(KINDS.flatMap((kind) => (['exits 1', 'hangs'] as const).map((how) => ({ kind, how }))))(
    '$kind, nodetool refresh $how: the old table is put back, exit 1 (T-50, T-52)',
    PATIENCE,
    async ({ kind, how }) => {
      const nodetool = nodetoolThat(bench, how satisfies FirstRefresh);
      const result = await restore(kind, IMPATIENT, nodetool.env);
      expect(nodetool.wasAsked()).toBe(true);
      expect(result.stderr).toMatch(/ERROR - Error running nodetool refresh: /);
      await expectAsBefore(kind, result);
    },
  );

  it.for<{ kind: Kind; what: string; fault: NonNullable<Misbehaviour['faults']>[number] }>([
    ...KINDS.map((kind) => ({ kind, what: 'refuses the load', fault: { on: 'refresh', does: 'refuse', times: 1 } as const })),
    { kind: 'reload', what: 'loads half of it', fault: { on: 'refresh', does: 'load half', times: 1 } },
    { kind: 'recreate', what: 'deletes the upload with exit status 0', fault: { on: 'refresh', does: 'lose the TOC', times: 1 } },
    { kind: 'reload', what: 'loads all and the answer is lost', fault: { on: 'refresh', done: true, does: 'refuse', times: 1 } },
    { kind: 'reload', what: 'is loading for longer than we wait', fault: { on: 'refresh', does: 'already loading', forMs: 6_000 } },
    { kind: 'recreate', what: 'answers CreateTable with 500', fault: { on: 'CreateTable', does: 'refuse', times: 1 } },
    { kind: 'recreate', what: 'makes the table and answers with 500', fault: { on: 'CreateTable', done: true, does: 'refuse', times: 1 } },
  ])('$kind, the server $what: the old table is put back, exit 1 (T-50)', PATIENCE, async ({ kind, fault }) => {
    await standIn().misbehave({ faults: [fault] });
    const result = await restore(kind, IMPATIENT);
    expect(await standIn().hits()).not.toEqual([]);
    await expectAsBefore(kind, result);
  });
  void proxy!; void existsSync; void readdirSync; void service; void expectRestored;
  type _C = Cut;
});
