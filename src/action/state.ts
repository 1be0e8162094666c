/** What the runner keeps between the main and the post step of one `uses:` step. */
export interface StateStore {
  readonly saveState: (name: string, value: string) => void;
  readonly getState: (name: string) => string;
}

/** Which step runs, told by saved state. */
export interface SavedState {
  /** The runner starts one bundle for both steps; only main has saved anything before post starts. */
  readonly step: 'main' | 'post';
  /** To be called first in main. */
  readonly enterMain: () => void;
}

const MAIN = 'main';

/** Opens the state of this step. */
export function savedState(store: StateStore): SavedState {
  return {
    step: store.getState(MAIN) === 'true' ? 'post' : 'main',
    enterMain: () => {
      store.saveState(MAIN, 'true');
    },
  };
}
