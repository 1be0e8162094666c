/**
 * Running other programs. @actions/exec can neither signal nor time out a child, so every call of ours goes through this
 * port; its adapter spawns without a shell and with an argument array only. (Unpacking is @actions/tool-cache's.)
 */
export interface RunOptions {
  readonly args: readonly string[];
  /** The child's whole environment; nothing is inherited implicitly. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input, then closed. */
  readonly stdin?: string;
  /** After this the child gets SIGINT, and SIGKILL `killAfterMs` later. */
  readonly timeoutMs: number;
  /** Grace between SIGINT and SIGKILL, for time-outs and cancellation. Default 4000. */
  readonly killAfterMs?: number;
  /** Aborting sends SIGINT to the child (once), and SIGKILL `killAfterMs` later. */
  readonly signal?: AbortSignal;
  /** Standard error, line by line, as it comes. */
  readonly onErrorLine?: (line: string) => void;
  /** Upper bound for each captured stream in bytes, default 64 MiB; more ends the child with an error. */
  readonly maxBytes?: number;
}

export interface RunResult {
  readonly code: number | null;
  /** Set when a signal ended the child. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why we ended it, if we did. `overflow`: it wrote more than `maxBytes`; `code` is null then, whatever it said. */
  readonly ended?: 'timeout' | 'cancelled' | 'overflow';
  readonly durationMs: number;
}

/** Runs `file` to its end. Rejects only when it cannot be started (a Problem `program-not-started`). */
export type Run = (file: string, options: RunOptions) => Promise<RunResult>;
