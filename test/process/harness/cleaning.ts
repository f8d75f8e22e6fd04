import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('./reaper.mjs', import.meta.url));

let reaper: Writable | undefined;

/** The reaper outlives us by the moment that it needs, however we end. */
function tellReaper(line: string): void {
  if (!reaper) {
    const child = spawn(process.execPath, [REAPER], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    reaper = child.stdin;
  }
  reaper.write(`${line}\n`);
}

/** A folder that everybody may enter, since the tool also runs as somebody else. Its name tells whose it was. */
export function temporaryFolder(owner: string): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `altbk-process-${owner}-`));
  chmodSync(path, 0o755);
  tellReaper(`folder ${path}`);
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
      tellReaper(`folder-gone ${path}`);
    },
  };
}

/** Sees to it that a process group ends with us. To be called with the pid of its leader. */
export function endWithUs(pid: number): { readonly isGone: () => void } {
  tellReaper(`group ${pid}`);
  return {
    isGone() {
      tellReaper(`group-gone ${pid}`);
    },
  };
}
