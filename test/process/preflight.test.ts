import { describe, expect } from 'vitest';
import { DEFECTS } from './harness/defects.js';
import { it } from './harness/stage.js';
import { expectUntouched } from './harness/untouched.js';

const isRoot = process.getuid?.() === 0;

describe.concurrent('T-49: a restore is refused before anything is touched, exit 5, when', () => {
  // A table of titles would be printed cut off.
  for (const { defect, plant, heal, args = [], options = {}, says, root, serverUid } of DEFECTS) {
    it(defect, { timeout: 60_000 }, async ({ setUp, skip }) => {
      skip(root === true && !isRoot, `NOT PROVEN when ${defect}: only root can arrange for it`);
      const stage = await setUp({
        tables: [{ name: 'users', like: 'orders' }],
        ...(serverUid === undefined ? {} : { serverUid }),
      });
      const backup = await stage.tool(['backup', 'users']);
      expect(backup.code, backup.stderr).toBe(0);
      await plant(stage);
      try {
        const result = await expectUntouched(stage, () =>
          stage.tool(['restore', 'users', '--yes', ...args], options),
        );
        expect(result.code, result.stderr).toBe(5);
        for (const words of says) expect(result.stderr).toMatch(words);
        expect(stage.fake.table('users')).toMatchObject({ items: 200, indexed: 200 });
      } finally {
        heal?.(stage);
      }
    });
  }
});
