import { spawnSync } from 'node:child_process';
import { builtProgram } from './program.js';
import type { RunningTool } from './running-tool.js';
import { it, type Stage } from './stage.js';

/** `script` of util-linux gives a program a terminal. */
const hasScript = spawnSync('script', ['--version']).status === 0;
const NO_SCRIPT =
  'there is no `script` (util-linux), so that nothing proves what a person at a terminal sees';

type StartAtTerminal = (stage: Stage, args: readonly string[]) => AtTerminal;

/** `it` for a person at a terminal; where there can be none, each test says so. */
export const itAtTerminal = it.extend<{ atTerminal: StartAtTerminal }>({
  atTerminal: async ({ skip }, use) => {
    skip(!hasScript, NO_SCRIPT);
    await use(startAtTerminal);
  },
});

/** The tool with a terminal for all three streams. What it shows is its standard output; keys are written to `type`. */
export interface AtTerminal {
  readonly running: RunningTool;
  /** Waits for the text to be shown, after what was waited for before. */
  until(text: string): Promise<void>;
  /** The same, then types a line, or Ctrl-C. */
  answer(shown: string, keys: string): Promise<void>;
  /** All that was shown, without colours and cursor movements. */
  shown(): string;
}

const ENTER = '\r';
export const CTRL_C = '\u0003';

function startAtTerminal(stage: Stage, args: readonly string[]): AtTerminal {
  const words = [process.execPath, builtProgram(), ...args].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  );
  const running = stage.run(['script', '-qefc', `stty cols 200; exec ${words.join(' ')}`, '/dev/null'], {
    env: { TERM: 'xterm', CI: 'true' },
    keepStdinOpen: true,
  });
  let from = 0;
  const shown = () => plain(running.stdout());
  const until = async (text: string) => {
    await running.untilSeen(() => shown().includes(text, from), text);
    from = shown().indexOf(text, from) + text.length;
  };
  return {
    running,
    shown,
    until,
    async answer(text, keys) {
      await until(text);
      running.child.stdin?.write(keys === CTRL_C ? keys : `${keys}${ENTER}`);
    },
  };
}

const ESCAPE = '\u001b';
/** Colours, cursor movements, and the modes that a line editor switches. */
const CONTROL = new RegExp(`${ESCAPE}(?:\\[[0-9;?]*[A-Za-z]|[=>78])`, 'g');

const plain = (text: string): string => text.replaceAll(CONTROL, '').replaceAll('\r', '');
