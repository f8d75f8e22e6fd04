import { makeTable, type IndexRequest } from '../make-table.js';
import { newStream } from '../recorded-tables.js';
import { addTable, type State } from '../state.js';
import type { AttributeType, Billing, FakeTable, KeyElement } from '../table.js';
import { ApiError, invalid } from './api-error.js';

interface Request {
  readonly TableName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: AttributeType;
  }[];
  readonly BillingMode?: string;
  readonly ProvisionedThroughput?: {
    readonly ReadCapacityUnits: number;
    readonly WriteCapacityUnits: number;
  };
  readonly LocalSecondaryIndexes?: readonly Index[];
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly StreamSpecification?: { readonly StreamEnabled: boolean; readonly StreamViewType?: string };
}

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
}

/** CreateTable with the checks that a restore can run into (recorded api 117, 219 to 230). */
export function createTable(state: State, request: Request, indexMs: number): FakeTable {
  const { TableName: name, KeySchema: keys, StreamSpecification: stream } = request;
  expectLegalName(name);
  const keyspace = `alternator_${name}`;
  if (state.tables.has(keyspace))
    throw new ApiError('ResourceInUseException', `Table ${name} already exists`);
  const indexes = [
    ...(request.LocalSecondaryIndexes ?? []).map((index) => indexRequest('local', index)),
    ...(request.GlobalSecondaryIndexes ?? []).map((index) => indexRequest('global', index)),
  ];
  const table = makeTable({
    name,
    keys,
    types: typesOf(request, indexes),
    indexes,
    billing: billingOf(request),
    tags: new Map((request.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    activeFrom: Date.now() + indexMs,
  });
  if (stream?.StreamEnabled === true) table.stream = newStream(stream.StreamViewType ?? 'KEYS_ONLY');
  addTable(state, table);
  return table;
}

function expectLegalName(name: string): void {
  if (name.length < 3 || name.length > 222)
    throw invalid('TableName must be at least 3 characters long and at most 222 characters long');
  if (!/^[a-zA-Z0-9_.-]+$/.test(name))
    throw invalid('TableName must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
}

const indexRequest = (kind: IndexRequest['kind'], { IndexName, KeySchema }: Index): IndexRequest => ({
  kind,
  name: IndexName,
  keys: KeySchema,
});

function typesOf(
  { KeySchema, AttributeDefinitions }: Request,
  indexes: readonly IndexRequest[],
): ReadonlyMap<string, AttributeType> {
  const types = new Map(
    AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const used = [...KeySchema, ...indexes.flatMap(({ keys }) => keys)].map(
    ({ AttributeName }) => AttributeName,
  );
  const missing = used.find((name) => !types.has(name));
  if (missing !== undefined) throw invalid(`KeySchema key '${missing}' missing in AttributeDefinitions`);
  const spurious = [...types.keys()].filter((name) => !used.includes(name));
  if (spurious.length > 0)
    throw invalid(
      `AttributeDefinitions defines spurious attributes not used by any KeySchema: {${spurious.map((name) => `"${name}"`).join(', ')}}`,
    );
  return types;
}

function billingOf({ BillingMode = 'PROVISIONED', ProvisionedThroughput }: Request): Billing {
  if (BillingMode === 'PAY_PER_REQUEST') {
    if (ProvisionedThroughput)
      throw invalid('When BillingMode=PAY_PER_REQUEST, ProvisionedThroughput cannot be specified.');
    return { mode: 'PAY_PER_REQUEST' };
  }
  if (!ProvisionedThroughput)
    throw invalid('When BillingMode=PROVISIONED, ProvisionedThroughput must be specified.');
  const { ReadCapacityUnits: read, WriteCapacityUnits: write } = ProvisionedThroughput;
  return { mode: 'PROVISIONED', read, write };
}
