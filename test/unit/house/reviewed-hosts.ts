/**
 * Hosts that the native files name, and what for. A new one after a dependency is raised has to be looked at: is it
 * a reference in a text, or somebody that is spoken to?
 */
const text = 'a reference in a text, an error message or a type';

export const reviewedHosts: Readonly<Record<string, string>> = {
  'arxiv.org': text,
  'crbug.com': text,
  'crl.microsoft.com': 'where Windows asks whether a signature was withdrawn',
  'curl.se': text,
  'dawn.googlesource.com': text,
  'devblogs.nvidia.com': text,
  'docs.nvidia.com': text,
  'docs.scipy.org': text,
  'docs.vulkan.org': text,
  'en.wikipedia.org': text,
  'example.com': text,
  'github.com': text,
  'gpuweb.github.io': text,
  'huggingface.co': text,
  'ieeexplore.ieee.org': text,
  'iiif.io': text,
  'issues.chromium.org': text,
  'khr.io': text,
  'llvm.org': text,
  'mobile.events.data.microsoft.com': 'collects what onnxruntime reports: turned off before it is loaded',
  'ns.adobe.be.com': 'the name of a form of metadata',
  'ns.adobe.com': 'the name of a form of metadata',
  'ns.apple.com': 'the name of a form of metadata',
  'ns.google.com': 'the name of a form of metadata',
  'numpy.org': text,
  'papers.nips.cc': text,
  'protobuf.dev': text,
  'pytorch.org': text,
  'schemas.microsoft.com': 'the name of a form of metadata',
  'tinyurl.com': text,
  'www.brynosaurus.com': text,
  'www.freedesktop.org': text,
  'www.microsoft.com': text,
  'www.opencompute.org': text,
  'www.pathozoom.com': text,
  'www.tensorflow.org': text,
  'www.vips.ecs.soton.ac.uk': 'the name of a form of metadata',
  'www.w3.org': text,
};

/** Collectors that a native file knows, and why it does not speak to them. */
export const knownCollectors: Readonly<Record<string, string>> = {
  'mobile.events.data.microsoft.com': 'electron/engine/runtime/onnxruntime.ts',
};
