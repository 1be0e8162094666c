// @ts-check
import { down, status, up } from './control-plane.js';
import { ensureParts, PartsUnavailable } from './part-sources.js';

/** @param {string} line */
const say = (line) => console.log(line);

const COMMANDS = {
  /** Brings it up and says how to use it. */
  up: async () => {
    const [record, parts] = [await up({ log: say }), await ensureParts(['helm-3.22.0'], { log: say })];
    say(`The test bed is up: ${record.server}`);
    say(`  export KUBECONFIG=${record.kubeconfig}`);
    say(`  kubectl: ${record.programs.kubectl}`);
    say(`  helm:    ${parts['helm-3.22.0']}`);
    say('Nodes and pods are simulated (kwok): no container runs. See testbed/README.md.');
  },
  /** Ends what up started. */
  down: async () => {
    await down();
    say('The test bed is down; nothing of it is running.');
  },
  /** Exit code 0 if it is up, 3 if not. */
  status: async () => {
    const { record, processes } = await status();
    for (const { name, pid, running } of processes) say(`${running ? 'running' : 'gone   '}  ${name} (process ${pid})`);
    say(record ? `up: ${record.server}, KUBECONFIG=${record.kubeconfig}` : 'not up');
    if (!record) process.exitCode = 3;
  },
};

const command = COMMANDS[/** @type {keyof typeof COMMANDS} */ (process.argv[2] ?? '')];
if (!command || process.argv.length !== 3) {
  console.error('usage: npm run testbed -- up | down | status');
  process.exitCode = 2;
} else {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof PartsUnavailable ? error.message : error);
    process.exitCode = 1;
  }
}
