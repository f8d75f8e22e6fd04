import { runLocally } from '../../src/system/run.js';
import { runContract } from './run-contract.js';

runContract('Running programs on this machine', runLocally);
