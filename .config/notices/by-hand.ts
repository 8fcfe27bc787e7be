/**
 * What no package says of itself: facts alone, each with where it can be looked up. Everything else comes from the
 * packages as they are shipped.
 */

/** Packages that name their licence and bring no text of it: who holds the copyright. */
export const holders: Readonly<Record<string, string>> = {
  // Both by the author that package.json names.
  'lazy-val': 'Vladimir Krivosheev',
  'react-remove-scroll-bar': 'Anton Korzunov',
  // By the owner of the repository that package.json names.
  '@canvas/image-data': 'Linus Unnebäck',
  '@cwasm/nsbmp': 'Linus Unnebäck; libnsbmp: the NetSurf Browser Project',
};

/** Of several licences offered, the one that is taken; or SPDX's name of today for one that a package writes otherwise. */
export const chosen: Readonly<Record<string, string>> = {
  elkjs: 'EPL-2.0',
  // As the sources of libheif and libde265 have it.
  'libheif-js': 'LGPL-3.0-or-later',
};

/** What a licence wants said beside its text. */
export const notes: Readonly<Record<string, string>> = {
  'libheif-js':
    'libheif and libde265, compiled to WebAssembly and unchanged: node_modules/libheif-js/libheif-wasm/libheif.wasm and the script beside it, which the program loads when it reads the first HEIC picture. To use a changed one, put it in their place in a checkout of Graft and run “npm start”, or “npm run package” for a program of your own. The sources are at https://github.com/strukturag/libheif and https://github.com/strukturag/libde265, and how they are compiled is at https://github.com/catdad-experiments/libheif-js.',
  '@cwasm/nsbmp':
    'libnsbmp, compiled to WebAssembly. Its source is at https://www.netsurf-browser.org/projects/libnsbmp.',
  elkjs:
    'Offered under EPL-2.0 or GPL-3.0-or-later, and used under EPL-2.0, unchanged. Its source can be had at https://github.com/kieler/elkjs, under the tag of this version.',
};

/** The helpers that the bundler itself puts among the code it bundles. */
export const injected: readonly { readonly name: string; readonly licence: string; readonly holder: string }[] = [
  { name: 'rolldown', licence: 'MIT', holder: '2024-present VoidZero Inc. & Contributors' },
  { name: 'vite', licence: 'MIT', holder: '2019-present, VoidZero Inc. and Vite contributors' },
];

interface InnerLibrary {
  /** SPDX expression. */
  readonly licence: string;
  /** Name in the list of versions, where that is not the library's own with or without “lib”. */
  readonly key?: string;
}

/**
 * Libraries inside libvips as sharp ships it, by the name in its README's table, whose words for licences these are the
 * SPDX names of. A library that is not here, or whose words there have changed, fails the check.
 */
export const insideLibvips: Readonly<Record<string, InnerLibrary & { readonly words: string }>> = {
  aom: { words: 'BSD 2-Clause + Alliance for Open Media Patent License 1.0', licence: 'BSD-2-Clause' },
  cairo: { words: 'Mozilla Public License 1.1', licence: 'MPL-1.1' },
  cgif: { words: 'MIT License', licence: 'MIT' },
  expat: { words: 'MIT License', licence: 'MIT' },
  fontconfig: { words: 'fontconfig License (BSD-like)', licence: 'HPND-sell-variant' },
  freetype: { words: 'freetype License (BSD-like)', licence: 'FTL' },
  fribidi: { words: 'LGPLv3', licence: 'LGPL-3.0-or-later' },
  glib: { words: 'LGPLv3', licence: 'LGPL-3.0-or-later' },
  harfbuzz: { words: 'MIT License', licence: 'MIT' },
  highway: { words: 'BSD 3-Clause', licence: 'BSD-3-Clause' },
  lcms: { words: 'MIT License', licence: 'MIT' },
  libarchive: { words: 'BSD 2-Clause', licence: 'BSD-2-Clause' },
  libexif: { words: 'LGPLv3', licence: 'LGPL-3.0-or-later' },
  libffi: { words: 'MIT License', licence: 'MIT' },
  libheif: { words: 'LGPLv3', licence: 'LGPL-3.0-or-later' },
  libimagequant: { words: 'BSD 2-Clause', licence: 'BSD-2-Clause' },
  libnsgif: { words: 'MIT License', licence: 'MIT' },
  libpng: { words: 'libpng License', licence: 'libpng-2.0' },
  librsvg: { words: 'LGPLv3', licence: 'LGPL-3.0-or-later' },
  libtiff: { words: 'libtiff License (BSD-like)', licence: 'libtiff' },
  libultrahdr: { words: 'MIT License', licence: 'MIT', key: 'uhdr' },
  libvips: { words: 'LGPLv3', licence: 'LGPL-3.0-or-later' },
  libwebp: { words: 'New BSD License', licence: 'BSD-3-Clause' },
  libxml2: { words: 'MIT License', licence: 'MIT' },
  mozjpeg: { words: 'zlib License, IJG License, BSD 3-Clause', licence: 'Zlib AND IJG AND BSD-3-Clause' },
  pango: { words: 'LGPLv3', licence: 'LGPL-3.0-or-later' },
  pixman: { words: 'MIT License', licence: 'MIT' },
  'proxy-libintl': { words: 'LGPLv3', licence: 'LGPL-3.0-or-later' },
  'zlib-ng': { words: 'zlib License', licence: 'Zlib' },
};

/** Files of the runtime that only Windows has, and that its notices leave out: from DirectX, not from onnxruntime. */
export const onlyOnWindows: readonly { name: string; licence: string; source: string; note: string }[] = [
  {
    name: 'DirectML.dll',
    licence: 'Microsoft DirectML licence terms',
    source: 'https://www.nuget.org/packages/Microsoft.AI.DirectML',
    note: 'Redistributable by its terms, which stand at that address; onnxruntime’s package does not bring them.',
  },
  {
    name: 'dxcompiler.dll',
    licence: 'NCSA',
    source: 'https://github.com/microsoft/DirectXShaderCompiler',
    note: 'DirectX shader compiler.',
  },
  {
    name: 'dxil.dll',
    licence: 'Microsoft DirectX shader compiler licence terms',
    source: 'https://www.nuget.org/packages/Microsoft.Direct3D.DXC',
    note: 'Redistributable by its terms, which stand at that address; onnxruntime’s package does not bring them.',
  },
];
