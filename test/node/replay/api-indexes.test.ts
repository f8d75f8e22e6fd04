import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode } from '../../node-under-test/index.js';
import type { NodeUnderTest } from '../../node-under-test/types.js';
import { keySchema, Tables, values, type Item } from './api/tables.js';

let node: NodeUnderTest;
let tables: Tables;

beforeAll(async () => {
  node = await startNode();
  tables = new Tables(node.endpoint);
});

afterAll(async () => {
  tables.client.destroy();
  await node.stop();
});

describe('indexes of the node under test', () => {
  it('gives up the index entries of an item that is replaced or deleted', async () => {
    await tables.create('stale', {
      key: { hash: 'pk' },
      types: { pk: 'S', a: 'S', b: 'N' },
      global: { 'by-a': { hash: 'a' }, 'by-b': { hash: 'b' } },
    });
    await tables.put('stale', { pk: { S: '1' }, a: { S: 'x' }, b: { N: '7' } });
    await tables.put('stale', { pk: { S: '2' }, a: { S: 'x' }, b: { N: '7' } });
    await tables.put('stale', { pk: { S: '1' }, b: { N: '8' } });
    expect(values(await tables.queryIndex('stale', 'by-a', ['a', { S: 'x' }]), 'pk')).toEqual(['2']);
    expect(values(await tables.queryIndex('stale', 'by-b', ['b', { N: '7' }]), 'pk')).toEqual(['2']);
    expect(await tables.scan('stale', 'by-b')).toHaveLength(2);
    await tables.client.send(new DeleteItemCommand({ TableName: 'stale', Key: { pk: { S: '2' } } }));
    expect(await tables.scan('stale', 'by-a')).toEqual([]);
    expect(await tables.scan('stale', 'by-b')).toEqual([{ pk: { S: '1' }, b: { N: '8' } }]);
  });

  it('lets two indexes share an attribute and takes keys of every type', async () => {
    await tables.create('shared', {
      key: { hash: 'pk', range: 'sk' },
      types: { pk: 'B', sk: 'N', s: 'S', n: 'N', b: 'B' },
      global: {
        'by-s': { hash: 's' },
        'by-s-sk': { hash: 's', range: 'sk' },
        'by-n': { hash: 'n', range: 'pk' },
        'by-b': { hash: 'b' },
      },
      local: { 'lsi-n': { hash: 'pk', range: 'n' } },
    });
    const items: Item[] = [1, 2, 3].map((i) => ({
      pk: { B: Uint8Array.of(1) },
      sk: { N: String(i * 10) },
      s: { S: 'same' },
      n: { N: String(5 - i) },
      b: { B: Uint8Array.of(0, 255) },
    }));
    for (const item of items) await tables.put('shared', item);
    for (const [index, attribute, value] of [
      ['by-s', 's', { S: 'same' }],
      ['by-s-sk', 's', { S: 'same' }],
      ['by-b', 'b', { B: Uint8Array.of(0, 255) }],
    ] as const) {
      expect(await tables.queryIndex('shared', index, [attribute, value])).toEqual(items);
    }
    expect(await tables.queryIndex('shared', 'lsi-n', ['pk', { B: Uint8Array.of(1) }])).toEqual(
      [...items].reverse(),
    );
    expect(await tables.queryIndex('shared', 'by-n', ['n', { N: '4.0' }])).toEqual([]);
    expect(await tables.queryIndex('shared', 'by-n', ['n', { N: '4' }])).toEqual([items[0]]);
    await expect(
      tables.put('shared', { pk: { B: Uint8Array.of(1) }, sk: { N: '1' }, s: { N: '1' } }),
    ).rejects.toThrow('Type mismatch');
  });

  it('sorts and pages an index with two attributes from outside the key', async () => {
    await tables.create('two', {
      key: { hash: 'pk' },
      types: { pk: 'S', a: 'S', b: 'N' },
      global: { 'by-a-b': { hash: 'a', range: 'b' } },
    });
    const numbers = ['10', '-3', '2.5', '2', '1E+2', '0'];
    for (const [at, n] of numbers.entries())
      await tables.put('two', { pk: { S: `p${at}` }, a: { S: 'x' }, b: { N: n } });
    await tables.put('two', { pk: { S: 'no b' }, a: { S: 'x' } });
    await tables.put('two', { pk: { S: 'other' }, a: { S: 'y' }, b: { N: '1' } });

    const sorted = ['-3', '0', '2', '2.5', '10', '100'];
    const all = (more: Partial<QueryCommandInput>): Promise<unknown[]> =>
      tables.queryIndex('two', 'by-a-b', ['a', { S: 'x' }], more).then((items) => values(items, 'b'));
    expect(await all({})).toEqual(sorted);
    expect(await all({ Limit: 2 })).toEqual(sorted);
    expect(await all({ Limit: 4, ScanIndexForward: false })).toEqual([...sorted].reverse());
    const between = {
      KeyConditionExpression: '#h = :h AND b BETWEEN :l AND :u',
      ExpressionAttributeValues: { ':h': { S: 'x' }, ':l': { N: '0' }, ':u': { N: '2.50' } },
    };
    expect(await all(between)).toEqual(['0', '2', '2.5']);
    expect(await tables.scan('two', 'by-a-b')).toHaveLength(7);
    const { Table } = await tables.client.send(new DescribeTableCommand({ TableName: 'two' }));
    expect(Table?.GlobalSecondaryIndexes?.[0]?.KeySchema).toEqual(keySchema({ hash: 'a', range: 'b' }));
  });

  it('fills an index that is added while items are being written, replaced and deleted', async () => {
    await tables.create('late', { key: { hash: 'pk' }, types: { pk: 'S' } });
    const item = (i: number, g: string): Item => ({ pk: { S: `k${i}` }, g: { S: g }, n: { N: String(i) } });
    const count = 600;
    for (let start = 0; start < count; start += 100) {
      const requests = Array.from({ length: 100 }, (_, at) => ({
        PutRequest: { Item: item(start + at, 'old') },
      }));
      await tables.client.send(new BatchWriteItemCommand({ RequestItems: { late: requests } }));
    }
    await tables.put('late', { pk: { S: 'wrong type' }, g: { N: '1' } });
    await tables.addGlobalIndex('late', 'by-g', { hash: 'g', range: 'n' }, { g: 'S', n: 'N' });
    const writes = Array.from({ length: count }, (_, i) => i).filter((i) => i % 3 !== 2);
    await Promise.all(
      writes.map((i) =>
        i % 3 === 0
          ? tables.put('late', item(i, 'new'))
          : tables.client.send(new DeleteItemCommand({ TableName: 'late', Key: { pk: { S: `k${i}` } } })),
      ),
    );
    await tables.untilActive('late');
    const numbers = (rest: number): string[] =>
      Array.from({ length: count }, (_, i) => i)
        .filter((i) => i % 3 === rest)
        .map(String);
    expect(values(await tables.queryIndex('late', 'by-g', ['g', { S: 'old' }]), 'n')).toEqual(numbers(2));
    expect(values(await tables.queryIndex('late', 'by-g', ['g', { S: 'new' }]), 'n')).toEqual(numbers(0));
    expect(await tables.scan('late', 'by-g')).toHaveLength(400);
    expect(await tables.scan('late')).toHaveLength(401);
  });

  it('answers range conditions in both directions, page by page', async () => {
    await tables.create('ranges', { key: { hash: 'pk', range: 'sk' }, types: { pk: 'S', sk: 'S' } });
    const names = ['a', 'ab', 'abc', 'abž', 'ab\u{10ffff}', 'ac', 'b', '\u{ffff}', '🐎'];
    for (const name of names) await tables.put('ranges', { pk: { S: 'p' }, sk: { S: name } });
    const ask = async (
      condition: string,
      value: object,
      more: Partial<QueryCommandInput> = {},
    ): Promise<unknown[]> =>
      values(
        await tables.query({
          TableName: 'ranges',
          KeyConditionExpression: `pk = :p AND ${condition}`,
          ExpressionAttributeValues: { ':p': { S: 'p' }, ...value },
          ...more,
        }),
        'sk',
      );
    const a = { ':a': { S: 'ab' } };
    expect(await ask('begins_with(sk, :a)', a)).toEqual(['ab', 'abc', 'abž', 'ab\u{10ffff}']);
    expect(await ask('begins_with(sk, :a)', a, { Limit: 1, ScanIndexForward: false })).toEqual([
      'ab\u{10ffff}',
      'abž',
      'abc',
      'ab',
    ]);
    expect(await ask('sk > :a', a, { Limit: 2 })).toEqual([
      'abc',
      'abž',
      'ab\u{10ffff}',
      'ac',
      'b',
      '\u{ffff}',
      '🐎',
    ]);
    expect(await ask('sk >= :a', a, { Limit: 3, ScanIndexForward: false })).toEqual([
      '🐎',
      '\u{ffff}',
      'b',
      'ac',
      'ab\u{10ffff}',
      'abž',
      'abc',
      'ab',
    ]);
    expect(await ask(':a > sk', a)).toEqual(['a']);
    expect(await ask('sk = :a', a, { Limit: 1 })).toEqual(['ab']);
    expect(await ask('sk BETWEEN :a AND :b', { ...a, ':b': { S: 'b' } }, { Limit: 1 })).toEqual([
      'ab',
      'abc',
      'abž',
      'ab\u{10ffff}',
      'ac',
      'b',
    ]);
  });
});
