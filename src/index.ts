import { createGitHub } from './action/github.js';
import { savedState } from './action/state.js';
import { systemClock } from './clock.js';
import { main } from './main.js';
import { post } from './post.js';
import { flushed } from './process/flush.js';
import { createRedactor } from './report/redact.js';

// One bundle serves both steps of action.yml; only main has saved state before post starts.
const redactor = createRedactor();
const github = createGitHub(redactor);
if (savedState(github).step === 'post') await post(github);
else process.exitCode = await main(github, redactor);
await flushed(process.stdout, systemClock);
// A dangling handle (an idle connection, a child's pipe) must not keep the job waiting.
process.exit();
