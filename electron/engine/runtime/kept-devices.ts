/**
 * What the last look at the devices found, kept in `devices.json` of the data home: trying them takes seconds, and
 * every `graft train` is a process of its own.
 */
import { dirname } from 'node:path';
import { z } from 'zod';
import { readTextSync } from '#electron/files/regular-file.ts';
import { makePrivateFolder, replaceFile } from '#electron/files/replace.ts';
import { deviceInfoSchema, type DeviceInfo } from '#shared/protocol/run.ts';

/** Milliseconds: graphics cards are plugged in and drivers are installed, but not every hour. */
const validFor = 24 * 60 * 60 * 1000;

/** Environment variables that decide which drivers are found. */
const driverVariables = [
  'VK_DRIVER_FILES',
  'VK_ADD_DRIVER_FILES',
  'VK_ICD_FILENAMES',
  'CUDA_VISIBLE_DEVICES',
  'LD_LIBRARY_PATH',
] as const;

const fileSchema = z.object({ key: z.string(), found: z.number(), devices: z.array(deviceInfoSchema) });

/** Everything that decides what a look at the devices finds, short of the machine itself. */
export function devicesKey(
  runtime: { readonly version: string; readonly backends: readonly string[] },
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const drivers = driverVariables.map((name) => environment[name] ?? '');
  return JSON.stringify([runtime.version, process.platform, process.arch, runtime.backends, drivers]);
}

/** What was found under the same key less than a day before `now` (milliseconds since 1970), if it can be read. */
export function keptDevices(file: string, key: string, now: number): DeviceInfo[] | undefined {
  try {
    const kept = fileSchema.parse(JSON.parse(readTextSync(file)));
    const age = now - kept.found;
    return kept.key === key && age >= 0 && age < validFor ? kept.devices : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps what was found. Where that is refused, the next process looks for itself. */
export function keepDevices(file: string, key: string, now: number, devices: readonly DeviceInfo[]): void {
  try {
    makePrivateFolder(dirname(file));
    replaceFile(file, [Buffer.from(`${JSON.stringify({ key, found: now, devices }, undefined, 2)}\n`)]);
  } catch {}
}
