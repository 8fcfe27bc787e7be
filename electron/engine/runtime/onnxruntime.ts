/**
 * The one door to onnxruntime. Its official builds for Linux and macOS tell a collector on the network about every
 * process and session, with the metadata of models in it, which are class names and names of runs here; they keep a
 * device's id and what is still to be sent in the person's cache folder. All of it is off when this variable is set
 * before the library is loaded (https://github.com/microsoft/onnxruntime/pull/29843), so it is set here, and loaded by
 * a call: an import would be done before the first line of any bundle.
 */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type * as onnxruntime from 'onnxruntime-node';

const telemetrySwitch = 'ORT_DISABLE_TELEMETRY';

// A thread's environment is a copy of its own that no native code reads.
if (!isMainThread && process.env[telemetrySwitch] !== '1')
  throw new Error('onnxruntime may only be loaded where its telemetry can be turned off: in the main thread');
process.env[telemetrySwitch] = '1';

const runtime = createRequire(import.meta.url)('onnxruntime-node') as typeof onnxruntime;

export const { InferenceSession, Tensor, env, listSupportedBackends } = runtime;
