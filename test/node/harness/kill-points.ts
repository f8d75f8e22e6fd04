import { join } from 'node:path';
import { journalsOf } from './journal-files.js';
import { killAt, type KillPoint } from './kill-point.js';
import { leftoversOf, setAsideBy } from './left-overs.js';
import { differences, isSame, stateOf, type TableState } from './table-state.js';
import { textTable } from './text-table.js';
import type { NodeBench } from './with-node.js';

/** What is tried at each kill point. */
export interface Scenario {
  /** First column of the table: `online, reload`. */
  readonly name: string;
  /** Puts a table, its backup and a changed live table on the node, and tells both states. */
  readonly prepare: (bench: NodeBench, table: string) => Promise<PreparedStates>;
  /** The command line that is killed. */
  readonly args: (table: string) => readonly string[];
  /** To be done just before the killed run, such as `misbehave`: faults count from there. */
  readonly arm?: (bench: NodeBench, table: string) => Promise<void>;
  /** `resume` may as well go back: what was killed had failed already, and was being taken back. */
  readonly mayGoBack?: boolean;
  /** To be done just after it. Default: the node behaves again, and a node that went down is started. */
  readonly disarm?: (bench: NodeBench, table: string) => Promise<void>;
}

export interface PreparedStates {
  readonly before: TableState;
  /** What the command makes of it when nothing comes between. */
  readonly after: TableState;
}

export interface CrashRow {
  readonly scenario: string;
  readonly point: KillPoint;
  readonly then: 'resume' | 'undo';
  /** As the journal on the disk tells it. */
  readonly proof: string;
  readonly table: 'old' | 'new' | 'NEITHER';
  readonly exit: number | null;
  readonly ms: number;
  readonly problems: readonly string[];
}

/**
 * One round: prepares, kills the program at the point, proves by the journal where it died, runs `resume` or `undo`, and
 * judges what is there by the independent reader. Rejects when the program never came to the point; what is wrong
 * afterwards stands in the row.
 */
export async function crashRound(
  bench: NodeBench,
  scenario: Scenario,
  point: KillPoint,
  then: CrashRow['then'],
  table: string,
): Promise<CrashRow> {
  const { before, after } = await scenario.prepare(bench, table);
  await scenario.arm?.(bench, table);
  await killAt(bench.tool, scenario.args(table), point);
  await (scenario.disarm ?? behaveAgain)(bench, table);
  const { proof, problem } = proofIn(bench, point);

  const mended = await bench.tool.run([then]);
  const mayBeOld = then === 'undo' || scenario.mayGoBack === true;
  const found = await stateOf(bench, table);
  const is = whichOf(found, { before, after });
  const problems = [
    ...(problem === undefined ? [] : [problem]),
    // What had failed and was being taken back has not been restored.
    ...(mended.code === 0 || mended.code === 3 || (mended.code === 1 && mayBeOld && is === 'old')
      ? []
      : [`${then} ended with ${mended.code}: ${mended.stderr.trim().slice(-400)}`]),
    ...(mayBeOld && is === 'old' ? [] : differences(found, then === 'undo' ? before : after)),
    ...setAsideBy(bench, { point, then }, mended.stderr),
    ...leftoversOf(bench, table),
    ...(await unusableFor(bench, table)),
  ];
  return {
    scenario: scenario.name,
    point,
    then,
    proof,
    table: is,
    exit: mended.code,
    ms: mended.ms,
    problems,
  };
}

/** The rows as a table, for the output of the test and for ARCHITECTURE.md. */
export const crashTable = (rows: readonly CrashRow[]): string =>
  textTable([
    ['killed in', 'step', 'when', 'journal says', 'then', 'exit', 'ms', 'table', 'wrong'],
    ...rows.map(({ scenario, point, then, proof, table, exit, ms, problems }) => [
      scenario,
      point.step,
      point.when,
      proof,
      then,
      String(exit),
      String(ms),
      table,
      problems.join('; ').replaceAll(/\s+/g, ' ') || '-',
    ]),
  ]);

/**
 * All rounds of a scenario: `resume` and `undo` at each step, one of them after a death just behind its beginning, the other just
 * before its end; the next scenario has it the other way round. A step that fails has no end to die at.
 */
export function roundsOf(
  steps: readonly RunStep[],
  scenario: number,
): readonly { readonly point: KillPoint; readonly then: CrashRow['then'] }[] {
  const [first, second] =
    scenario % 2 === 0 ? (['after begin', 'before end'] as const) : (['before end', 'after begin'] as const);
  return steps.flatMap(
    ({ step, isEnded }) =>
      [
        { point: { step, when: isEnded ? first : 'after begin' }, then: 'resume' },
        { point: { step, when: isEnded ? second : 'after begin' }, then: 'undo' },
      ] as const,
  );
}

export interface RunStep {
  readonly step: string;
  readonly isEnded: boolean;
}

/** The steps that a run goes through when it is left alone, in their order, from its journal: no step can be forgotten. */
export function stepsOfLastJob(bench: NodeBench): readonly RunStep[] {
  const job = journalsOf(bench).at(-1);
  if (!job) throw new Error('there is no journal in the work directory');
  const all = [...job.steps, ...job.tables.flatMap(({ steps }) => steps)];
  const begun = [...all].sort((a, b) => (a.begunAt < b.begunAt ? -1 : 1));
  return [...new Set(begun.map(({ step }) => step))].map((step) => ({
    step,
    isEnded: begun.some((each) => each.step === step && each.endedAt !== null),
  }));
}

/** Both kinds of death leave a step that was begun and not ended; which of the two it was, the entry has written down. */
function proofIn(
  bench: NodeBench,
  { step }: KillPoint,
): { readonly proof: string; readonly problem?: string } {
  const job = journalsOf(bench).at(-1);
  if (!job) return { proof: 'no journal', problem: 'there is no journal' };
  const open = [...job.steps, ...job.tables.flatMap(({ steps }) => steps)].filter(
    ({ endedAt }) => endedAt === null,
  );
  const proof = open.map((each) => `in ${each.step}`).join(', ') || 'no step open';
  return open.some((each) => each.step === step)
    ? { proof }
    : { proof, problem: `the journal does not say that it died in "${step}"` };
}

function whichOf(found: TableState, { before, after }: PreparedStates): CrashRow['table'] {
  if (isSame(found, after)) return 'new';
  return isSame(found, before) ? 'old' : 'NEITHER';
}

/** No lock is held and nothing is unfinished: a backup of the table is taken again. Nothing to say of a table that is gone. */
async function unusableFor(bench: NodeBench, table: string): Promise<readonly string[]> {
  const backups = join(bench.tool.cwd, 'backups-after');
  const { code, stderr } = await bench.tool.run(['backup', table, '--backup-dir', backups]);
  const isGone = code === 1 && (await stateOf(bench, table)).items === null;
  return code === 0 || isGone ? [] : [`a backup of it then ends with ${code}: ${stderr.trim().slice(-300)}`];
}

async function behaveAgain({ node }: NodeBench): Promise<void> {
  await node.standIn?.misbehave({});
}
