import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTableName } from '../../src/model/table-name.js';
import { memoryEngine } from '../support/memory-engine.js';
import { engineContract } from './engine-contract.js';

engineContract('The in-memory engine', async () => {
  const root = await mkdtemp(join(tmpdir(), 'altbk-memory-'));
  const engine = memoryEngine({ root });
  return {
    engine,
    async put(table, count) {
      for (let index = 0; index < count; index += 1) engine.put(table, `i${index}`, { colour: 'red' });
    },
    count: async (table) => engine.items(table).size,
    async addPlainCql() {
      engine.addPlainCql('plain');
      return parseTableName('plain');
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
});
