import { createServer, type Server, type Socket } from 'node:net';
import { takeRule, type Misbehaviour, type ProgramAnswer, type Rule } from './behaviour.js';

export type Work = (
  program: string,
  args: readonly string[],
  misbehaviour: Misbehaviour | undefined,
) => Promise<ProgramAnswer>;

export interface ControlOptions {
  readonly rules: readonly Rule[];
  readonly work: Work;
  /** Where a program that hangs writes down the processes that hang with it. */
  readonly pids: string;
}

/** Where the programs of the fake ask what to do. It stays open while the server is stopped. */
export function controlServer({ rules, work, pids }: ControlOptions): {
  readonly server: Server;
  readonly cutOff: () => void;
} {
  const sockets = new Set<Socket>();

  const answer = async (line: string): Promise<object> => {
    const { program, args } = JSON.parse(line) as { program: string; args: readonly string[] };
    const misbehaviour = takeRule(rules, program, args);
    if (misbehaviour?.kind === 'fail')
      return { exit: misbehaviour.exit, stderr: `${misbehaviour.stderr}\n` } satisfies ProgramAnswer;
    if (misbehaviour?.kind === 'hang')
      return { hang: { ignoringSigterm: misbehaviour.ignoringSigterm, pids } };
    if (misbehaviour?.kind === 'wait') await misbehaviour.until;
    return work(program, args, misbehaviour);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The program was killed.
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      answer(text).then(
        (answered) => socket.write(`${JSON.stringify(answered)}\n`),
        (error: unknown) =>
          socket.write(`${JSON.stringify({ exit: 99, stderr: `the fake is broken: ${String(error)}\n` })}\n`),
      );
    });
  });
  return {
    server,
    cutOff() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
