// Cleans up after a test process that was killed. It is told, line by line, of temporary folders and of processes that were
// started; when its standard input ends, so has the test process: what is left of them goes.
import { rmSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

const folders = new Set();
const groups = new Set();

const words = {
  folder: (path) => folders.add(path),
  'folder-gone': (path) => folders.delete(path),
  group: (pid) => groups.add(Number(pid)),
  'group-gone': (pid) => groups.delete(Number(pid)),
};

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const at = line.indexOf(' ');
  words[line.slice(0, at)]?.(line.slice(at + 1));
});
lines.on('close', () => {
  for (const pid of groups) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});
