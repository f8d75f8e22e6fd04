/** How a program acts instead of doing its work. */
export type Misbehaviour =
  | { readonly kind: 'fail'; readonly exit: number; readonly stderr: string }
  /**
   * It never ends, and has started a process of its own, which does not hold its output. `child`: that one ignores
   * SIGTERM; `both`: both do.
   */
  | { readonly kind: 'hang'; readonly ignoringSigterm?: 'child' | 'both' }
  /** Says what it says after a success, with status 0, and does nothing. */
  | { readonly kind: 'pretend' }
  /** Says this with status 0, and does nothing. */
  | { readonly kind: 'say'; readonly stdout: string }
  /** Does its work when this resolves. */
  | { readonly kind: 'wait'; readonly until: Promise<unknown> };

export interface Rule {
  readonly applies: (program: string, args: readonly string[]) => boolean;
  readonly misbehaviour: Misbehaviour;
  /** How often it still applies. */
  left: number;
}

export interface ProgramAnswer {
  readonly exit: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** The first rule that applies, counted down. */
export function takeRule(
  rules: readonly Rule[],
  program: string,
  args: readonly string[],
): Misbehaviour | undefined {
  const rule = rules.find(({ applies, left }) => left > 0 && applies(program, args));
  if (!rule) return undefined;
  rule.left -= 1;
  return rule.misbehaviour;
}
