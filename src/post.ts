import type { GitHub } from './action/github.js';
import { systemClock } from './clock.js';
import { cleanUp } from './cluster/cleanup.js';
import { leftoversState } from './cluster/leftovers.js';
import { childEnvironment } from './process/environment.js';
import { run } from './process/run.js';

/**
 * The post step: deletes exactly what main recorded, after success, failure and cancellation alike. Never fails the job.
 */
export async function post(github: GitHub): Promise<void> {
  const { job } = github;
  const { done, left } = await cleanUp(github.getState(leftoversState), {
    run,
    clock: systemClock,
    environment: childEnvironment(job.environment),
    platform: job.os,
  });
  for (const text of done) github.line(text);
  for (const text of left) github.warning(`Left behind: ${text}`);
}
