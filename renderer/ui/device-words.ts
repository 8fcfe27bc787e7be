/** Devices as people know them; the protocol's names are the runtime's. */
const words: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
};

/** `CPU` for `cpu`; a name this version does not know stays as it is. */
export function deviceWords(device: string): string {
  return words[device] ?? device;
}
