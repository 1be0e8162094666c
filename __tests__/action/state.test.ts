import { describe, expect, it } from '@jest/globals';
import { savedState } from '../../src/action/state.js';

describe('saved state', () => {
  it('tells main and post apart, as the runner shows it: what main saves is there for post, not for main itself', () => {
    const saved: Record<string, string> = {};
    const step = () => {
      const visible = { ...saved };
      return savedState({
        saveState: (name, value) => {
          saved[name] = value;
        },
        getState: (name) => visible[name] ?? '',
      });
    };
    const main = step();
    expect(main.step).toBe('main');
    main.enterMain();
    expect(main.step).toBe('main');
    expect(step().step).toBe('post');
  });
});
