import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type NodeUnderTest } from '../node-under-test/index.js';
import { openTool, type Tool } from './harness/tool.js';

/** Needs a node that asks for credentials: a foreign one may not. */
const foreign = process.env['ALTERNATOR_BACKUP_TEST_NODE'] !== undefined;

describe.skipIf(foreign)('A node that asks who we are', () => {
  let node: NodeUnderTest;
  let tool: Tool;
  beforeAll(async () => {
    node = await startNode({ authorization: true });
    tool = openTool(node);
  });
  afterAll(async () => {
    tool.close();
    await node.stop();
  });

  const credentials = (changed: Record<string, string> = {}) => ({
    AWS_ACCESS_KEY_ID: node.credentials?.username ?? '',
    AWS_SECRET_ACCESS_KEY: node.credentials?.saltedHash ?? '',
    SCYLLA_USER: node.credentials?.username ?? '',
    SCYLLA_PASSWORD: node.credentials?.password ?? '',
    ...changed,
  });

  it('lets us in with the right credentials', async () => {
    const { stdout } = await tool.expect(3, ['backup', '--all'], { env: credentials() });
    expect(stdout).toBe('No tables found.\n');
  });

  it.each([
    ['the salted hash', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'Alternator at', 'salted_hash'],
    ['the role', { AWS_ACCESS_KEY_ID: 'nobody' }, 'User not found: nobody', 'salted_hash'],
    ['the CQL password', { SCYLLA_PASSWORD: 'wrong' }, 'CQL at', 'SCYLLA_PASSWORD'],
  ])(
    'says so when %s is wrong, what to set, and does nothing (exit 5, T-31)',
    async (_, changed, problem, next) => {
      const { stdout, stderr } = await tool.expect(5, ['backup', 'users'], { env: credentials(changed) });
      expect(stdout).toBe('');
      expect(stderr).toContain(problem);
      expect(stderr).toContain('does not let us in');
      expect(stderr).toMatch(new RegExp(`ERROR -   Next: .*${next}`));
      expect(existsSync(tool.backups)).toBe(false);
    },
  );
});
