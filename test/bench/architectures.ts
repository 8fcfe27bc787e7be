/**
 * How long the training step of each fixture of test/fixtures/architectures takes to build (by the clock, and in seconds
 * of a processor, which other programs do not lengthen), to open, and to run on one thread.
 * `npx node test/bench/architectures.ts [NAME …]`
 */
import { Descent } from '#test/engine/architectures/descent.ts';
import { fixtureNames, readFixture, stepOf } from '#test/engine/architectures/fixture.ts';

const wanted = process.argv.slice(2);
const chosen = fixtureNames().filter((name) => wanted.length === 0 || wanted.some((part) => name.startsWith(part)));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function timed<Result>(work: () => Result | Promise<Result>): Promise<[Result, string]> {
  const start = performance.now();
  const result = await work();
  return [result, ((performance.now() - start) / 1000).toFixed(2).padStart(7)];
}

say(`${'fixture'.padEnd(48)}   nodes   build s   CPU s  open s  step s`);
for (const name of chosen) {
  const fixture = readFixture(name);
  try {
    const before = process.cpuUsage();
    const [step, build] = await timed(() => stepOf(fixture));
    const { user, system } = process.cpuUsage(before);
    const used = ((user + system) / 1e6).toFixed(2).padStart(7);
    const [descent, open] = await timed(() => Descent.of(step, fixture.reference));
    await descent.loss(descent.weights);
    const [, run] = await timed(() => descent.loss(descent.weights));
    await descent.release();
    const nodes = String(step.model.graph.nodes.length).padStart(7);
    say(`${name.padEnd(48)} ${nodes}   ${build} ${used} ${open} ${run}`);
  } catch (error) {
    say(`${name.padEnd(48)} ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
  }
}
