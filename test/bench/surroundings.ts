/** What a measurement was made on and with, as it is kept beside the figures. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

function versionOf(manifest: string): string {
  return (JSON.parse(readFileSync(join(import.meta.dirname, '../..', manifest), 'utf8')) as { version: string })
    .version;
}

/** @param others versions of what else took part */
export function surroundings(others: object = {}): object {
  return {
    measured: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      threads: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: {
      graft: versionOf('package.json'),
      onnxruntime: versionOf('node_modules/onnxruntime-node/package.json'),
      node: process.versions.node,
      ...others,
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}

/** To four digits: more are noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
