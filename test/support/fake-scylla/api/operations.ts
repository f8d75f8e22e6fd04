import { createHash } from 'node:crypto';
import { newStream } from '../recorded-tables.js';
import { changeSchema, dropKeyspace, type State } from '../state.js';
import type { FakeTable } from '../table.js';
import { ApiError, invalid, noSuchTable } from './api-error.js';
import { createTable } from './create-table.js';
import { arnOf, billingOf, describeTable } from './describe-table.js';
import { scan, type ScanRequest } from './scan.js';

/** A call of the API that the tool makes: the body of the answer, or an ApiError. */
export type Operation = (state: State, body: Body, indexMs: number) => object;

export interface Body {
  readonly [member: string]: unknown;
  readonly TableName?: string;
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ListTables: (state, body) => listTables(state, body),

  DescribeTable: (state, body) => ({ Table: describeTable(tableOf(state, body), new Date()) }),

  ListTagsOfResource(state, { ResourceArn }) {
    const table = [...state.tables.values()].find((each) => arnOf(each) === ResourceArn);
    if (!table) throw new ApiError('AccessDeniedException', 'Incorrect resource identifier');
    const tags = [...table.tags].sort(([a], [b]) => (a < b ? -1 : 1));
    return { Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
  },

  DescribeTimeToLive(state, body) {
    const { timeToLive } = tableOf(state, body);
    return {
      TimeToLiveDescription:
        timeToLive === undefined
          ? { TimeToLiveStatus: 'DISABLED' }
          : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive },
    };
  },

  CreateTable(state, body, indexMs) {
    const table = createTable(state, body as never, indexMs);
    const { CreationDateTime } = describeTable(table, new Date()) as { CreationDateTime: number };
    return { TableDescription: { ...body, CreationDateTime, TableStatus: 'ACTIVE', TableId: table.id } };
  },

  DeleteTable(state, body) {
    const table = tableOf(state, body);
    dropKeyspace(state, table.keyspace);
    return {
      TableDescription: {
        TableName: table.name,
        TableStatus: 'DELETING',
        TableArn: arnOf(table),
        TableId: table.id,
        ...billingOf(table, Math.floor(Date.now() / 1000)),
      },
    };
  },

  UpdateTimeToLive(state, body) {
    const table = tableOf(state, body);
    const wanted = body['TimeToLiveSpecification'] as { Enabled: boolean; AttributeName: string };
    if (wanted.Enabled && table.timeToLive !== undefined) throw invalid('TTL is already enabled');
    table.timeToLive = wanted.Enabled ? wanted.AttributeName : undefined;
    changeSchema(state);
    return { TimeToLiveSpecification: wanted };
  },

  UpdateTable(state, body) {
    const table = tableOf(state, body);
    const wanted = body['StreamSpecification'] as
      { StreamEnabled: boolean; StreamViewType?: string } | undefined;
    if (!wanted) throw invalid('The fake changes streams only');
    table.stream = wanted.StreamEnabled ? newStream(wanted.StreamViewType ?? 'KEYS_ONLY') : undefined;
    state.disk.makeDirectories(table);
    changeSchema(state);
    return {
      TableDescription: {
        TableName: table.name,
        StreamSpecification: wanted,
        TableStatus: 'ACTIVE',
        TableId: table.id,
      },
    };
  },

  Scan: (state, body) => scan(tableOf(state, body), body as unknown as ScanRequest),
};

function tableOf(state: State, { TableName = '' }: Body): FakeTable {
  const table = state.tables.get(`alternator_${TableName}`);
  if (!table) throw noSuchTable(TableName);
  return table;
}

/** In hash order, so not sorted, at most 100 a page; a start that is not there gives an empty page (api 821, 035). */
function listTables(state: State, { Limit = 100, ExclusiveStartTableName: start }: Body): object {
  if (typeof Limit !== 'number' || Limit < 1 || Limit > 100)
    throw invalid('Limit must be greater than 0 and no greater than 100');
  const plain = [...state.plainCqlTables].map((name) => name.slice(name.indexOf('.') + 1));
  const names = [...[...state.tables.values()].map(({ name }) => name), ...plain].sort(inHashOrder);
  const at = start === undefined ? 0 : names.indexOf(start as string) + 1;
  const rest = start !== undefined && at === 0 ? [] : names.slice(at);
  const page = rest.slice(0, Limit);
  return {
    TableNames: page,
    ...(rest.length > page.length ? { LastEvaluatedTableName: page.at(-1) } : {}),
  };
}

const inHashOrder = (a: string, b: string): number => hash(a) - hash(b) || (a < b ? -1 : 1);

/** Stable, so that tests can say what comes first: `users`, `orders` and `products` come in this order. */
const hash = (text: string): number => createHash('sha1').update(`7 ${text}`).digest().readUInt32BE();
