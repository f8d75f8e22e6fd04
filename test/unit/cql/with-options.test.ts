import { describe, expect, it } from 'vitest';
import { withOptions } from '../../../src/cql/with-options.js';

const seen = (statement: string) =>
  Object.fromEntries([...withOptions(statement)].map(([name, { canonical }]) => [name, canonical]));

describe('options behind WITH', () => {
  it('are found outside of brackets and strings only, whatever their order, case and comments', () => {
    const statement =
      `CREATE TABLE ks."a WITH b = 1" (p text, "with" int, PRIMARY KEY (p)) WITH CLUSTERING ORDER BY (c DESC)\n` +
      `    AND ID = 6ab85f27-30ed-4f61-a85b-44b91938dcae\n    AND COMPACT STORAGE -- AND no = 1\n` +
      `    AND comment = 'x AND y = {''z''}'\n    AND Bloom_Filter_FP_Chance = 0.010\n    AND crc_check_chance = 1.0\n` +
      `    AND compaction = {'class': 'Incremental', 'a': '1'} AND speculative_retry = '99.0PERCENTILE';`;
    expect(seen(statement)).toEqual({
      id: '6ab85f27-30ed-4f61-a85b-44b91938dcae',
      comment: `'x AND y = {''z''}'`,
      bloom_filter_fp_chance: '0.01',
      crc_check_chance: '1',
      compaction: `{'a': '1', 'class': 'Incremental'}`,
      speculative_retry: `'99.0PERCENTILE'`,
    });
    expect(withOptions(statement).get('bloom_filter_fp_chance')?.text).toBe('0.010');
  });

  it('keep maps in one order, lists in their own, and values with signs', () => {
    const replication = `CREATE KEYSPACE k WITH replication = {'dc2':['r2','r1'] , 'class': 'N'} AND durable_writes = TRUE AND x=-1`;
    expect(seen(replication)).toEqual({
      replication: `{'class': 'N', 'dc2': ['r2','r1']}`,
      durable_writes: 'true',
      x: '-1',
    });
    expect(withOptions(replication).get('replication')?.text).toBe(`{'dc2':['r2','r1'] , 'class': 'N'}`);
  });

  it('are none where there is no WITH', () => {
    expect(withOptions('CREATE TABLE ks.t (p text PRIMARY KEY);').size).toBe(0);
  });
});
