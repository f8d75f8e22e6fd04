import type { PlannedOption } from '../model/planned-options.js';
import type { LoadStep, RestorePlan } from './plan.js';
import { indexesLostByCql } from './plan-by-cql.js';
import { describeSource, writtenBy } from './source.js';

const DAY_MS = 86_400_000;

/** The plan for people: what will be done to each table, by which means, and what of it cannot be kept. */
export function describePlan(plan: RestorePlan): readonly string[] {
  return plan.steps.flatMap((step) => {
    switch (step.action) {
      case 'fail':
        return [`  cannot restore ${step.name}: ${step.reason}`];
      case 'delete':
        return [
          `  DELETE the table ${step.name}, which job ${step.job} made; a copy of it is kept`,
          ...lost(step.live.schema.describe.StreamSpecification?.StreamEnabled === true),
        ];
      case 'create':
      case 'reload':
      case 'recreate':
        return [`  ${deed(step)} from ${describeSource(step.source)}${by(step)}`, ...details(step, plan)];
    }
  });
}

function deed({ action, name }: LoadStep): string {
  switch (action) {
    case 'create':
      return `create ${name}`;
    case 'reload':
      return `EMPTY the present table ${name}, whose schema is the same, and load it`;
    case 'recreate':
      return `DELETE the present table ${name} and restore it`;
  }
}

const by = ({ way }: LoadStep): string => (way === 'cql' ? ', schema by CQL' : '');

function details(step: LoadStep, plan: RestorePlan): readonly string[] {
  const { action, live, liveIsWhole, name, noSafetyCopy } = step;
  const options = action === 'reload' ? [] : step.options;
  const streams = live?.schema.describe.StreamSpecification?.StreamEnabled === true;
  return [
    ...(step.way === 'cql' ? byCql(step) : []),
    ...options.map((option) => `    ${optionFate(option, step.tableOptions)}: ${option.text}`),
    ...(action === 'reload' ? ['    its id, grants, stream, tags, time to live and indexes stay'] : []),
    ...(action === 'recreate' ? lost(streams) : []),
    ...(live === undefined ? [] : [fate(step)]),
    ...(live !== undefined && !noSafetyCopy && !liveIsWhole
      ? [`    if it fails, only this node's share of the present table ${name} can be put back`]
      : []),
    ...warnings(step, plan),
  ];
}

/** What has to be changed in the saved keyspace, and what CQL cannot make. */
function byCql({ keyspace, saved, target }: LoadStep): readonly string[] {
  const lostIndexes = saved.alternator ? indexesLostByCql(saved.alternator.describe, target.server) : [];
  return [
    ...(keyspace?.changes ?? []).map(({ text }) => `    ${text}`),
    ...lostIndexes.map((index) => `    its index ${index} cannot come back: CQL makes none`),
  ];
}

function fate({ noSafetyCopy }: LoadStep): string {
  return noSafetyCopy
    ? '    NO COPY of the present table is kept: what is in it is lost, also if the restore fails'
    : '    a copy of the present table is kept: alternator-backup undo puts it back';
}

const lost = (streams: boolean): readonly string[] => [
  `    it gets a new id${streams ? '; its stream a new ARN, and what the old stream recorded is gone' : ''}`,
];

function warnings(step: LoadStep, { node, startedAt }: RestorePlan): readonly string[] {
  const { source } = step;
  const from = writtenBy(source);
  const finishedAt =
    source.kind === 'backup' && source.backup.kind === 'manifest'
      ? source.backup.manifest.finishedAt
      : undefined;
  const days =
    finishedAt === undefined ? 0 : Math.floor((startedAt.getTime() - Date.parse(finishedAt)) / DAY_MS);
  return [
    ...(finishedAt !== undefined && step.live
      ? [`    what was written after ${finishedAt}${days > 0 ? `, ${days} days ago,` : ''} is not in it`]
      : []),
    ...(from && (from.engine !== node.engine || from.version !== node.version)
      ? [`    it was made by ${from.engine} ${from.version}; this is ${node.engine} ${node.version}`]
      : []),
    ...(node.nodeCount > 1 ? [`    the rows are sent to their owners among ${node.nodeCount} nodes`] : []),
  ];
}

function optionFate({ ringHoldsIt }: PlannedOption, tableOptions: boolean): string {
  if (!tableOptions) return 'will not be put back (--no-table-options)';
  if (!ringHoldsIt) return 'cannot be put back, for this ring has not the nodes for it';
  return 'will be put back by ALTER';
}
