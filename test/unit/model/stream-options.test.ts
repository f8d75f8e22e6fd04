import { describe, expect, it } from 'vitest';
import { withOptions } from '../../../src/cql/with-options.js';
import { streamChange } from '../../../src/model/option-changes.js';
import { schemaDrift } from '../../../src/model/schema-drift.js';
import type { SchemaRecord } from '../../../src/model/schema-record.js';

const withStream = (cdc: string): SchemaRecord => ({
  alternator: undefined,
  keyspace: undefined,
  tablets: undefined,
  table: withOptions(`CREATE TABLE t (pk text PRIMARY KEY) WITH comment = '' AND cdc = ${cdc};`),
  views: undefined,
  byCql: undefined,
  columns: undefined,
  grants: undefined,
});

const map = (entries: Readonly<Record<string, string>>): string =>
  `{${Object.entries(entries)
    .map(([key, value]) => `'${key}': '${value}'`)
    .join(', ')}}`;

/** As the API makes it (recorded cql 003). */
const API = { delta: 'keys', enabled: 'true', postimage: 'true', preimage: 'full', ttl: '86400' };
const names = { keyspace: 'alternator_a.b', table: 'a.b' };

describe('What only CQL sets of a stream', () => {
  it('is changed in the whole map as it is live, for ALTER replaces it and `enabled` would be gone', () => {
    const { ttl, ...rest } = API;
    const newer = { ...rest, tablet_merge_blocked: 'true', ttl };
    const change = streamChange(withStream(map({ ...API, ttl: '60' })), withStream(map(newer)), names);
    expect(change).toEqual({
      statement: `ALTER TABLE "alternator_a.b"."a.b" WITH cdc = ${map({ ...newer, ttl: '60' })}`,
      what: 'table option cdc ttl 86400 → 60',
    });
  });

  it('is read from a description in double quotes, and sent in single ones (SCYLLA.md 2.3)', () => {
    const saved = withStream(
      `{"delta":"full","enabled":"true","postimage":"true","preimage":"full","ttl":"86400"}`,
    );
    expect(streamChange(saved, withStream(map(API)), names)?.statement).toContain(
      `cdc = ${map({ ...API, delta: 'full' })}`,
    );
  });

  it('is an image of the changed columns only, which the API shows as if it were whole', () => {
    const saved = withStream(map({ ...API, preimage: 'true' }));
    expect(schemaDrift(saved, withStream(map(API)))).toEqual(['table option cdc preimage true → full']);
    expect(schemaDrift(saved, withStream(map({ ...API, preimage: 'false' })))).toEqual([]);
  });

  it('is no difference where there is no stream on one side: that is told by the API', () => {
    const off = withStream(map({ ...API, enabled: 'false', ttl: '60' }));
    expect(schemaDrift(withStream(map(API)), off)).toEqual([]);
    expect(schemaDrift(withStream(map(API)), withStream('false'))).toEqual([]);
    expect(streamChange(off, withStream(map(API)), names)).toBeUndefined();
  });

  it('is not sent while a stream is only asked for, which would switch it off, but told', () => {
    const asked = withStream(map({ ...API, enabled: 'false', enable_requested: 'true' }));
    const saved = withStream(map({ ...API, ttl: '60' }));
    expect(streamChange(saved, asked, names)).toBeUndefined();
    expect(schemaDrift(saved, asked)).toEqual(['table option cdc ttl 60 → 86400']);
  });
});
