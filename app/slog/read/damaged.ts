/** What is read is not what a slog can be: cut off, overwritten, or of another kind. */
export class SourceDamaged extends Error {
  constructor(readonly path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}`, cause === undefined ? undefined : { cause });
    this.name = 'SourceDamaged';
  }
}
