import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTableSchema, type TableSchema } from '../../../src/model/table-schema.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures/scylla-2025.1');

interface Exchange {
  readonly request: { readonly body: Record<string, unknown> };
  readonly response: { readonly body: { readonly Table: Record<string, unknown> } };
}

/** A recorded exchange with a real ScyllaDB 2025.1. */
export const recordedApi = (name: string): Exchange =>
  JSON.parse(readFileSync(join(FIXTURES, 'api', `${name}.json`), 'utf8')) as Exchange;

/** What a backup of a recorded table would hold: its DescribeTable, with tags and expiry as given. */
export const recordedSchema = (
  name: string,
  { tags = [], ttl = {} }: { tags?: TableSchema['tags']; ttl?: TableSchema['ttl'] } = {},
): TableSchema => parseTableSchema({ describe: recordedApi(name).response.body.Table, tags, ttl });

/** The rows of a recorded CQL statement. */
export const recordedRows = (name: string): readonly Record<string, unknown>[] =>
  (
    JSON.parse(readFileSync(join(FIXTURES, 'cql', `${name}.json`), 'utf8')) as {
      rows: Record<string, unknown>[];
    }
  ).rows;
