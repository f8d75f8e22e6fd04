/** One thing that a run tells. Sinks decide who hears it and how. */
export type ReportEvent =
  /** A line of the log: file and console. `stack` goes to the file only. */
  | { readonly type: 'log'; readonly level: Level; readonly text: string; readonly stack?: string }
  /** A result for people, on standard output. An empty text is a blank line. */
  | { readonly type: 'say'; readonly text: string }
  | {
      readonly type: 'step';
      readonly title: string;
      readonly state: 'begin' | 'end' | 'failed';
      readonly ms?: number;
    }
  | {
      readonly type: 'progress';
      readonly title: string;
      readonly done: number;
      readonly total: number;
      /** What is counted; bytes when nothing is said. `parts` mean nothing to anybody but as a share. */
      readonly unit?: 'bytes' | 'parts';
    }
  /** The result for scripts, once, at the end of a run. */
  | { readonly type: 'summary'; readonly summary: object };

export type Level = 'INFO' | 'WARNING' | 'ERROR';

export interface Sink {
  /** `at`: when it was told, one and the same for all sinks. */
  take(event: ReportEvent, at?: Date): void;
  /** Resolves when everything taken is where it belongs. */
  close(): Promise<void>;
}

/** How pipelines and commands speak. Nothing that is told here ever stops the work. */
export interface Reporter {
  info(text: string): void;
  warn(text: string): void;
  /** A WARNING line of what does not make the result doubtful, such as a mistyped answer: it does not count as one. */
  remark(text: string): void;
  error(text: string, stack?: string): void;
  say(text: string): void;
  /** Names a piece of work while it lasts. The result and the error of `work` pass through unchanged. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  progress(title: string, done: number, total: number, unit?: 'bytes' | 'parts'): void;
  summary(summary: object): void;
  /** Whether the result was told. */
  readonly summarized: boolean;
  /** The same with no secret in any of its texts, for what is written down elsewhere. */
  redact<T>(value: T): T;
  /** Every warning so far: they turn exit status 0 into 3. */
  readonly warnings: readonly string[];
}

export interface ReporterOptions {
  readonly sinks: readonly Sink[];
  /** Texts that must not be seen anywhere. */
  readonly secrets?: readonly string[];
  readonly now?: () => number;
}

export function makeReporter({ sinks, secrets = [], now = Date.now }: ReporterOptions): Reporter {
  const warnings: string[] = [];
  let summarized = false;
  const clean = (text: string) => secrets.reduce((seen, secret) => seen.replaceAll(secret, '***'), text);
  const redact = <T>(value: T): T => mapTexts(value, clean) as T;
  const tell = (event: ReportEvent) => {
    const at = new Date(now());
    for (const sink of sinks) sink.take(event, at);
  };
  const log = (level: Level, text: string, stack?: string) => {
    tell({ type: 'log', level, text: clean(text), ...(stack === undefined ? {} : { stack: clean(stack) }) });
  };

  return {
    warnings,
    get summarized() {
      return summarized;
    },
    info: (text) => {
      log('INFO', text);
    },
    warn: (text) => {
      warnings.push(clean(text));
      log('WARNING', text);
    },
    remark: (text) => {
      log('WARNING', text);
    },
    error: (text, stack) => {
      log('ERROR', text, stack);
    },
    say: (text) => {
      tell({ type: 'say', text: clean(text) });
    },
    async step(name, work) {
      const title = clean(name);
      const started = now();
      tell({ type: 'step', title, state: 'begin' });
      try {
        const result = await work();
        tell({ type: 'step', title, state: 'end', ms: now() - started });
        return result;
      } catch (error) {
        tell({ type: 'step', title, state: 'failed', ms: now() - started });
        throw error;
      }
    },
    progress: (title, done, total, unit = 'bytes') => {
      tell({ type: 'progress', title: clean(title), done, total, unit });
    },
    summary: (summary) => {
      summarized = true;
      tell({ type: 'summary', summary: redact(summary) });
    },
    redact,
  };
}

/** The value with each of its texts changed, names of members excepted. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, change)]));
}
