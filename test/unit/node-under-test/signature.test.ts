import { describe, expect, it } from 'vitest';
import { signed } from '../../node/replay/api/sign.js';
import type { Database } from '../../node-under-test/gateway/database.js';
import { verifySignature } from '../../node-under-test/gateway/signature.js';

const ROLES: Record<string, object> = {
  admin: { can_login: true, salted_hash: 'the hash' },
  nopw: { can_login: true, salted_hash: null },
  nologin: { can_login: false, salted_hash: 'x' },
};

const database = {
  execute: async (_query: string, [role]: readonly unknown[] = []) => {
    const row = ROLES[String(role)];
    return { rows: row === undefined ? [] : [row] };
  },
} as unknown as Database;

const REQUEST = {
  method: 'POST',
  path: '/',
  headers: { 'X-Amz-Target': 'DynamoDB_20120810.ListTables' },
  body: '{}',
};

function verify(
  accessKey: string,
  secret: string,
  change: { readonly body?: string; readonly header?: object; readonly date?: string } = {},
): Promise<string> {
  const { headers } = signed(REQUEST, 'host:1', { accessKey, secret }, change.date);
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return verifySignature(
    { headers: { ...lower, host: 'host:1', ...change.header }, body: Buffer.from(change.body ?? '{}') },
    database,
  );
}

describe('signed requests', () => {
  it('are taken when the secret is the salted hash of the role', async () => {
    await expect(verify('admin', 'the hash')).resolves.toBe('admin');
  });

  it.each([
    [
      'another secret',
      () => verify('admin', 'guess'),
      'The security token included in the request is invalid.',
    ],
    ['another body', () => verify('admin', 'the hash', { body: '{"Limit":1}' }), 'security token'],
    ['another host', () => verify('admin', 'the hash', { header: { host: 'host:2' } }), 'security token'],
    [
      'another operation',
      () => verify('admin', 'the hash', { header: { 'x-amz-target': 'x.DeleteTable' } }),
      'security token',
    ],
    ['an unknown role', () => verify('nobody', 'the hash'), 'User not found: nobody'],
    ['a role without password', () => verify('nopw', 'null'), 'No password found for user: nopw'],
    ['a role that may not log in', () => verify('nologin', 'x'), 'login=false'],
    [
      'an old date',
      () => verify('admin', 'the hash', { date: '20200101T000000Z' }),
      'Signature expired: 20200101T000000Z',
    ],
    [
      'a date to come',
      () => verify('admin', 'the hash', { date: '29990101T000000Z' }),
      'Signature not yet current',
    ],
    [
      'no date',
      () => verify('admin', 'the hash', { header: { 'x-amz-date': undefined } }),
      'X-Amz-Date header is mandatory',
    ],
    [
      'no signature',
      () => verify('admin', 'the hash', { header: { authorization: undefined } }),
      'Authorization header is mandatory',
    ],
    [
      'another algorithm',
      () => verify('admin', 'the hash', { header: { authorization: 'Bearer x' } }),
      'AWS4-HMAC-SHA256 algorithm: Bearer x',
    ],
    [
      'a credential without scope',
      () => verify('admin', 'the hash', { header: { authorization: 'AWS4-HMAC-SHA256 Credential=admin' } }),
      'Incorrect credential',
    ],
  ])('are refused with %s', async (_what, attempt, message) => {
    await expect(attempt()).rejects.toThrow(message);
  });
});
