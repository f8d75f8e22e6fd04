import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { systemClock } from '../../../src/system/wait.js';
import { publishBackup, sstableFolder } from '../../support/backup-fixture.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const users = parseTableName('users');

describe('Whoever looks into a store without its lock', () => {
  it(
    'sees whole backups only, whatever is published and dropped meanwhile',
    { timeout: 120_000 },
    async () => {
      const work = await temporaryDirectory();
      const { signal } = new AbortController();
      const store = directoryStore({
        root: join(work, 'backups'),
        keepVersions: 2,
        clock: systemClock,
        signal,
      });
      await store.prepare();
      const directory = await sstableFolder(work, { a: 1 });
      const publish = (second: number) => {
        const finishedAt = new Date(Date.UTC(2026, 10, 21) + second * 1000).toISOString();
        return publishBackup(store, { table: 'users', label: `label_${second}`, directory, finishedAt });
      };
      await publish(0);

      let isPublishing = true;
      const wrong: string[] = [];
      let looks = 0;
      const looking = (what: string, look: () => Promise<readonly object[]>) => async () => {
        while (isPublishing) {
          const found = await look().catch((error: unknown) => [{ problem: String(error) }]);
          looks += 1;
          if (found.length === 0) wrong.push(`${what}: nothing`);
          for (const each of found) if ('problem' in each) wrong.push(`${what}: ${each.problem}`);
        }
      };
      const lookers = [
        looking('survey', async () => (await store.survey()).map(({ newest }) => newest.found)),
        looking('list', async () => {
          const { backups, unusable } = await store.list();
          return [...backups, ...unusable];
        }),
        looking('find', async () => [await store.find(users)]),
        looking('generations', async () => (await store.generations(users)).map(({ found }) => found)),
      ].map((look) => look());
      for (let second = 1; second <= 60; second += 1) await publish(second);
      isPublishing = false;
      await Promise.all(lookers);
      expect([...new Set(wrong)]).toEqual([]);
      expect(looks).toBeGreaterThan(60);
    },
  );
});
