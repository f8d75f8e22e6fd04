import type { Difference } from '../compare.js';
import { EXCEPTIONS, type Exception } from '../exceptions.js';
import { recorded, type Area, type Recorded } from './recorded.js';
import { OUT_OF_SCOPE, type Group } from './scope.js';

interface Outcome {
  readonly recording: Recorded;
  readonly differences: readonly Difference[];
}

/** What became of the recordings of one area. */
export class Tally {
  private readonly outcomes: Outcome[] = [];
  private readonly excepted: readonly Exception[];
  private readonly leftOut: Group[] = [];

  constructor(readonly area: Area) {
    this.excepted = EXCEPTIONS.filter((exception) => exception.area === area);
  }

  /** Gives the differences that no exception covers, one line each. */
  add(recording: Recorded, differences: readonly Difference[]): readonly string[] {
    this.outcomes.push({ recording, differences });
    return differences
      .filter(({ field }) => !this.isExcepted(recording, field))
      .map(
        ({ field, recorded: was, answered }) =>
          `${recording.file} ${field}: recorded ${was}, answered ${answered}`,
      );
  }

  /** Exceptions for differences that are not there (any more). */
  idleExceptions(): readonly Exception[] {
    return this.excepted.filter(
      ({ recording, field }) =>
        !this.outcomes.some(
          (outcome) =>
            outcome.recording.number === recording && outcome.differences.some((d) => d.field === field),
        ),
    );
  }

  /** For what this machine cannot do; said in the summary. */
  leaveOut([from, to]: readonly [number, number], reason: string): void {
    this.leftOut.push({
      area: this.area,
      reason,
      numbers: recorded(this.area)
        .map(({ number }) => number)
        .filter((n) => n >= from && n <= to),
    });
  }

  /** Recordings that were neither replayed nor named as out of scope. */
  forgotten(): readonly string[] {
    const done = new Set([
      ...this.outcomes.map(({ recording }) => recording.number),
      ...this.leftOut.flatMap(({ numbers }) => numbers),
    ]);
    return recorded(this.area)
      .filter(({ number }) => !done.has(number) && !isOutOfScope(this.area, number))
      .map(({ file }) => file);
  }

  summary(): string {
    const equal = this.outcomes.filter(({ differences }) => differences.length === 0).length;
    const excepted = this.outcomes.filter(
      ({ recording, differences }) =>
        differences.length > 0 && differences.every(({ field }) => this.isExcepted(recording, field)),
    ).length;
    const groups = [...OUT_OF_SCOPE.filter(({ area }) => area === this.area), ...this.leftOut];
    const left = groups.reduce((sum, { numbers }) => sum + numbers.length, 0);
    return [
      `${this.area}: ${recorded(this.area).length} recorded, ${this.outcomes.length} replayed, ${equal} equal, ${excepted} excepted, ${left} out of scope`,
      ...this.excepted.map(({ recording, field, reason }) => `  excepted: ${recording} ${field}: ${reason}`),
      ...groups.map(
        ({ numbers, reason }) => `  out of scope: ${numbers.length} (${numbers.join(', ')}): ${reason}`,
      ),
      '',
    ].join('\n');
  }

  private isExcepted({ number }: Recorded, field: string): boolean {
    return this.excepted.some((exception) => exception.recording === number && exception.field === field);
  }
}

export const isOutOfScope = (area: Area, recording: number): boolean =>
  OUT_OF_SCOPE.some((group) => group.area === area && group.numbers.includes(recording));
