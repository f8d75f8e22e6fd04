import { join } from 'node:path';
import { directoryStore } from '../../src/store/directory-store.js';
import { systemClock } from '../../src/system/wait.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { storeContract } from './store-contract.js';

storeContract('The directory of generations', async () =>
  directoryStore({
    root: join(await temporaryDirectory(), 'backups'),
    keepVersions: 7,
    clock: systemClock,
    signal: new AbortController().signal,
  }),
);
