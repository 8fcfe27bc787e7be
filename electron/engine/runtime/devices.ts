/** Which devices this machine has, found by trying each in a process of its own. */
import { execFile } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { GraftError } from '#shared/messages/error.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import { devices as deviceNames, type Device, type DeviceInfo } from '#shared/protocol/run.ts';
import { devicesFile } from '#electron/engine/paths.ts';
import { devicesKey, keepDevices, keptDevices } from '#electron/engine/runtime/kept-devices.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { env, listSupportedBackends } from '#electron/engine/runtime/onnxruntime.ts';

/** All of them together stay below what the host waits for an answer. */
const probeMilliseconds = 20_000;
const resultSchema = z.union([z.object({ milliseconds: z.number() }), z.object({ reason: z.string() })]);
type ProbeResult = z.infer<typeof resultSchema>;

const displayNames: Readonly<Record<ConcreteDevice, string>> = {
  cpu: 'CPU',
  webgpu: 'GPU (WebGPU)',
  cuda: 'NVIDIA GPU (CUDA)',
  dml: 'GPU (DirectML)',
  coreml: 'Apple Neural Engine and GPU (Core ML)',
};

/** The probe beside this file, or beside the bundled engine when packaged. */
function probeProgram(): string {
  const name = import.meta.url.endsWith('.ts') ? './probe.ts' : './probe.js';
  return fileURLToPath(new URL(name, import.meta.url));
}

function runProbe(device: ConcreteDevice, ...precision: 'float16'[]): Promise<ProbeResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [probeProgram(), device, ...precision],
      { timeout: probeMilliseconds },
      (error, stdout) => {
        const line = stdout.trim().split('\n').at(-1) ?? '';
        try {
          resolve(resultSchema.parse(JSON.parse(line)));
        } catch {
          resolve({
            reason: error?.signal ? `the driver stopped the process (${error.signal}).` : 'it did not answer.',
          });
        }
      },
    );
  });
}

let known: Promise<DeviceInfo[]> | undefined;

/** Every device Graft can name, each tried; asked once a process. */
export function listDevices(): Promise<DeviceInfo[]> {
  known ??= findDevices().then((devices) => {
    keepDevices(devicesFile(), runtimeKey(), Date.now(), devices);
    return devices;
  });
  return known;
}

function backends(): string[] {
  return listSupportedBackends().map(({ name }) => name);
}

function runtimeKey(): string {
  return devicesKey({ version: env.versions.common, backends: backends() });
}

async function tryDevice(device: ConcreteDevice): Promise<ProbeResult> {
  return backends().includes(device) ? runProbe(device) : { reason: 'this build of the runtime does not include it.' };
}

async function findDevices(): Promise<DeviceInfo[]> {
  const found: { info: DeviceInfo; milliseconds: number }[] = [];
  for (const device of deviceNames) {
    if (device === 'auto') continue;
    // One after the other: devices that share the processor would slow each other's trial.
    const result = await tryDevice(device);
    found.push({
      info: describe(device, result),
      milliseconds: 'milliseconds' in result ? result.milliseconds : Number.POSITIVE_INFINITY,
    });
  }
  const fastest = found.reduce((best, candidate) => (candidate.milliseconds < best.milliseconds ? candidate : best));
  return found.map(({ info }) => ({ ...info, preferred: info === fastest.info && info.available }));
}

function describe(device: ConcreteDevice, result: ProbeResult): DeviceInfo {
  const processor = `${cpus()[0]?.model.trim() || 'processor'} · ${availableParallelism()} cores`;
  return {
    device,
    name: device === 'cpu' ? processor : displayNames[device],
    available: 'milliseconds' in result,
    ...('reason' in result ? { reason: result.reason } : {}),
    ...(device === 'cpu' ? { memoryBytes: totalmem() } : {}),
    preferred: false,
  };
}

/** For `auto` the best of the last look at the devices, while that still holds. @throws GraftError `run.device-missing` */
export async function chooseDevice(wanted: Device): Promise<ConcreteDevice> {
  if (wanted === 'cpu') return 'cpu';
  if (wanted === 'auto') return chooseByItself();
  const result = await tryDevice(wanted);
  if ('reason' in result) throw new GraftError('run.device-missing', { device: wanted, reason: result.reason });
  return wanted;
}

/**
 * Half precision takes WebGPU an adapter with `shader-f16`; on a processor the runtime computes in float32 and rounds.
 * @throws GraftError `run.half-missing`
 */
export async function requirePrecision(
  device: ConcreteDevice,
  { precision, node }: Pick<Recipe['training'], 'precision' | 'node'>,
): Promise<void> {
  if (precision === 'float32' || device === 'cpu') return;
  const result = await runProbe(device, precision);
  if (!('reason' in result)) return;
  const reason = result.reason.includes('requires f16') ? 'its adapter lacks “shader-f16”.' : result.reason;
  throw new GraftError('run.half-missing', { device, reason }, node);
}

/** A graphics card found yesterday may be gone: it is tried once more, and everything is looked at afresh without it. */
async function chooseByItself(): Promise<ConcreteDevice> {
  const kept = known ? undefined : keptDevices(devicesFile(), runtimeKey(), Date.now());
  const device = preferredOf(kept ?? (await listDevices()));
  if (kept === undefined || device === 'cpu' || 'milliseconds' in (await tryDevice(device))) return device;
  return preferredOf(await listDevices());
}

function preferredOf(devices: readonly DeviceInfo[]): ConcreteDevice {
  const preferred = devices.find((info) => info.preferred)?.device;
  return preferred === undefined || preferred === 'auto' ? 'cpu' : preferred;
}
