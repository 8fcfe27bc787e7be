/**
 * Ways into a packed program from outside that no fuse closes: switches that open it to a debugger or loosen the
 * window's security, and variables by which the plain Node of the engine and the command line loads other code.
 */
import type { CommandLine } from 'electron';

const switches = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'disable-web-security',
  'allow-running-insecure-content',
  'unsafely-treat-insecure-origin-as-secure',
  'disable-site-isolation-trials',
  'ignore-certificate-errors',
];

const variables = ['NODE_OPTIONS', 'NODE_PATH', 'NODE_REPL_EXTERNAL_MODULE', 'GRAFT_RESOURCES'];

/** Must run before the application is ready, and before the program is located. */
export function closeLoopholes(commandLine: CommandLine, environment: NodeJS.ProcessEnv): void {
  for (const name of switches) commandLine.removeSwitch(name);
  for (const name of variables) Reflect.deleteProperty(environment, name);
}
