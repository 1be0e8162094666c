import { isObject, listOf, objectOf, parseJson } from './json.js';

/** Stores a value for the post step; @actions/core's saveState fits. */
export type SaveState = (name: string, value: string) => void;

/** Name of the state that holds what this run may leave behind. */
export const leftoversState = 'leftovers';

export interface RecordedProcess {
  readonly pid: number;
  /** Path of its socket: part of its command line and random, so that a reused pid is never mistaken for it. */
  readonly socket: string;
}

export interface Recorded {
  /** Absolute paths of private directories. */
  readonly directories: readonly string[];
  readonly processes: readonly RecordedProcess[];
}

/**
 * What has to be gone after the job. Everything is recorded before it is made (a process: right after its start), so
 * that the post step finds it however this process ends. One record for the whole run: each change saves it whole.
 */
export class Leftovers {
  private recorded: Recorded = { directories: [], processes: [] };

  constructor(private readonly saveState: SaveState) {}

  directory(path: string): void {
    this.save({ ...this.recorded, directories: [...this.recorded.directories, path] });
  }

  process(recorded: RecordedProcess): void {
    this.save({ ...this.recorded, processes: [...this.recorded.processes, recorded] });
  }

  /** Forgets a process that was seen to end and a directory that was removed. */
  gone(socket: string, directory: string): void {
    this.save({
      directories: this.recorded.directories.filter((path) => path !== directory),
      processes: this.recorded.processes.filter((recorded) => recorded.socket !== socket),
    });
  }

  private save(recorded: Recorded): void {
    this.recorded = recorded;
    this.saveState(leftoversState, JSON.stringify(recorded));
  }
}

/** Reads the saved record; what is missing or not in its shape is left out. */
export function parseLeftovers(text: string): Recorded {
  const saved = objectOf(parseJson(text));
  return {
    directories: listOf(saved.directories).filter((path): path is string => typeof path === 'string'),
    processes: listOf(saved.processes).filter(
      (entry): entry is RecordedProcess & Record<string, unknown> =>
        isObject(entry) &&
        Number.isSafeInteger(entry.pid) &&
        Number(entry.pid) > 1 &&
        typeof entry.socket === 'string' &&
        entry.socket !== '',
    ),
  };
}
