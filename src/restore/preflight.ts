import { KnownError } from '../errors.js';
import { expectAll, problemsOf, refuseFor, type Check } from './expect-all.js';
import type { RestorePlan, RestoreStep } from './plan.js';
import { proveSource } from './prove-source.js';
import { expectRights } from './rights.js';
import { sourceProblems, tableProblems } from './table-preflight.js';
import type { RestoreTools } from './tools.js';

/** What concerns the node as a whole, before anything of any table. */
const nodeChecks = (offline: boolean, tools: RestoreTools): readonly Check[] => {
  const { engine, service } = tools;
  return [
    () => engine.expectServing(),
    () => expectWholeRing(tools),
    () => engine.schemaVersion(),
    () => expectRights(tools),
    ...(offline ? [() => service.verify()] : []),
  ];
};

/** Rejects with everything that is wrong with the node. */
export const expectFitNode = (offline: boolean, tools: RestoreTools): Promise<void> =>
  expectAll(nodeChecks(offline, tools));

/**
 * The node, before anything of any table. What is wrong with it is told at once, and again together with all that can be known
 * of the tables without it, each byte of their backups included: nobody should have to come back for that. Where the node is
 * fit, each table has its own preflight (`proveTable`), and one that is refused stops no other.
 */
export async function expectFitRun(
  { offline, steps }: Pick<RestorePlan, 'offline' | 'steps'>,
  tools: RestoreTools,
): Promise<void> {
  const ofNode = await problemsOf(nodeChecks(offline, tools));
  if (ofNode.length === 0) return;
  for (const { message } of ofNode) tools.report.info(`${message}: looking for what else stands in the way`);
  const problems = [...ofNode];
  for (const step of steps) {
    for (const problem of await problemsWithoutNode(step, tools)) {
      // It says of the node again what was said.
      if (problem.kind === 'unavailable' || problems.some(({ message }) => message === problem.message))
        continue;
      problems.push(ofTable(step, problem));
    }
  }
  refuseFor(problems);
}

async function problemsWithoutNode(step: RestoreStep, tools: RestoreTools): Promise<readonly KnownError[]> {
  if (step.action === 'fail') return [new KnownError(step.kind, step.reason)];
  const { inDirectory, rights } = await tableProblems(step, tools);
  const problems = [...inDirectory, ...rights];
  if (step.action === 'delete') return problems;
  const { room, format } = await sourceProblems(step, tools);
  return [...problems, ...room, ...format, ...(await problemsOf([() => proveSource(step, tools)]))];
}

const ofTable = ({ name }: RestoreStep, problem: KnownError): KnownError =>
  new KnownError(problem.kind, `${name}: ${problem.message}`, {
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    cause: problem,
  });

/**
 * With a node away a table could be removed and not be made again: its indexes stay CREATING, and a load that streams to
 * all owners fails (recorded api 949, nodetool 610).
 */
async function expectWholeRing({ engine }: RestoreTools): Promise<void> {
  const absent = await engine.absentNodes();
  if (absent.length === 0) return;
  throw new KnownError('refused', `Not every node of the ring is up and normal: ${absent.join(', ')}`, {
    changed: 'Nothing was done.',
    hint: 'nodetool status shows them. Restore when all nodes are there.',
  });
}
