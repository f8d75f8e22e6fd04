import { existsSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it as base, type Stage } from './harness/stage.js';

const THREE_TABLES = { tables: [{ name: 'users' }, { name: 'orders' }, { name: 'products' }] } as const;

/** An API that is the fake's, but answers DescribeTable of one table with 500. Gives the flags that lead there. */
type Behind = (stage: Stage, table: string) => Promise<readonly string[]>;

const it = base.extend<{ behind: Behind }>({
  // eslint-disable-next-line no-empty-pattern
  behind: async ({}, use) => {
    const closing: (() => void)[] = [];
    await use(async ({ fake }, table) => {
      const target = new URL(fake.endpoint);
      const server = createServer((asked, answer) => {
        void textOf(asked).then((body) => {
          const operation = String(asked.headers['x-amz-target']).split('.')[1];
          if (operation === 'DescribeTable' && body.includes(`"${table}"`)) {
            answer.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' });
            answer.end('{"__type":"InternalServerError","message":"boom"}');
            return;
          }
          const { method, url, headers } = asked;
          const { hostname, port } = target;
          const passed = request({ hostname, port, method, path: url, headers }, (reply) => {
            answer.writeHead(reply.statusCode ?? 500, reply.headers);
            reply.pipe(answer);
          });
          passed.on('error', () => answer.destroy());
          passed.end(body);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, fake.host, resolve));
      closing.push(() => {
        server.closeAllConnections();
        server.close();
      });
      const { port } = server.address() as AddressInfo;
      return ['--endpoint', `http://${fake.host}:${port}`];
    });
    for (const close of closing) close();
  },
});

async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

describe.concurrent('one table that the server cannot describe', () => {
  it('T-10: backup --all stores the others, and the table is a failed one', async ({ setUp, behind }) => {
    const stage = await setUp(THREE_TABLES);
    const result = await stage.tool(['backup', '--all', ...(await behind(stage, 'orders'))]);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stdout).toContain('  ✅ Successful: 2\n  ❌ Failed: 1\n');
    expect(result.stdout).toContain('Failed tables:\n  - orders\n');
    expect(result.stderr).toMatch(/ERROR - Describe table 'orders': .*boom/);
    for (const name of ['users', 'products'])
      expect(existsSync(join(stage.backups, name, 'manifest.json'))).toBe(true);
  });

  it('restore --all restores the others, and the table is not touched', async ({ setUp, behind }) => {
    const stage = await setUp(THREE_TABLES);
    await stage.tool(['backup', '--all']);
    const orders = stage.fake.table('orders');
    const result = await stage.tool(['restore', '--all', '--yes', ...(await behind(stage, 'orders'))]);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stdout).toContain('  ✅ Successful: 2\n  ❌ Failed: 1\n');
    expect(result.stderr).toMatch(/ERROR - Describe table 'orders': .*boom/);
    expect(stage.fake.table('orders')).toEqual(orders);
  });
});
