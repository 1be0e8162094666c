/** A step of the run: checked before, acted, seen afterwards. Safe to repeat: `done` is asked of the cluster first. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** True when the step's effect is already there, so that a repeated run skips the act. */
  done(): Promise<boolean>;
  act(signal: AbortSignal): Promise<void>;
  /** Throws a Problem unless the effect is there now. */
  verify(): Promise<void>;
}
