import { afterAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from './harness/crash-scenarios.js';
import { crashRound, crashTable, roundsOf, stepsOfLastJob, type CrashRow } from './harness/kill-points.js';
import { needStandIn } from './harness/open-node.js';
import { withNode } from './harness/with-node.js';

/** Every round takes some seconds: the whole table where `CI` is set, every so manieth round otherwise. */
const STRIDE = process.env['CI'] === undefined ? 5 : 1;
const SCENARIO_DEADLINE_MS = 1_800_000;

describe('A restore that is killed with SIGKILL at a step of its journal', () => {
  const bench = withNode({ behaviour: { indexFillMs: 100 } });
  const rows: CrashRow[] = [];
  afterAll(() => {
    process.stdout.write(`\n${crashTable(rows)}\n`);
  });

  it.for(SCENARIOS.map((scenario, number) => ({ scenario, number, name: scenario.name })))(
    '$name: `resume` makes the new table of it, `undo` the old one, every item and the schema; nothing is left behind',
    { timeout: SCENARIO_DEADLINE_MS },
    async ({ scenario, number }, context) => {
      needStandIn(bench.node, context, 'its faults');
      const table = `crash-${number}`;
      // Left alone once, to learn its steps.
      await scenario.prepare(bench, table);
      await scenario.arm?.(bench, table);
      await bench.tool.run(scenario.args(table));
      await bench.node.standIn?.misbehave({});
      const rounds = roundsOf(stepsOfLastJob(bench), number);
      expect(rounds.length).toBeGreaterThanOrEqual(4);

      const mine: CrashRow[] = [];
      for (const [index, { point, then }] of rounds.entries()) {
        if ((index + number) % STRIDE !== 0) continue;
        const row = await crashRound(bench, scenario, point, then, table);
        mine.push(row);
        rows.push(row);
      }
      const wrong = mine.filter(({ problems }) => problems.length > 0);
      expect(wrong.length === 0 ? '' : crashTable(wrong)).toBe('');
      await bench.reader.deleteTable(table).catch(() => undefined);
    },
  );
});
