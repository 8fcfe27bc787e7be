/** Lint plugin `graft`: its one rule refuses imports that go against the arrows in zones.ts. */
import { isBuiltin } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { reservedPackages, zones, type Zone } from './zones.ts';

/** Whether the path is the folder or lies in it. Both are relative to the root, with forward slashes. */
const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The zone a file belongs to. `path` is relative to the root. */
export function zoneOf(path: string): Zone | undefined {
  return zones.filter((zone) => within(path, zone.folder)).toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

/** `@scope/name/deep` → `@scope/name`; `node:fs/promises` and `fs` → `node:fs`. */
function packageOf(specifier: string): string {
  if (isBuiltin(specifier)) return `node:${specifier.replace(/^node:/, '').split('/')[0]}`;
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

const matches = (name: string, pattern: string): boolean =>
  pattern.endsWith('*') && pattern !== '*' ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

function mayUsePackage(zone: Zone, name: string): boolean {
  if (zone.packages.some((pattern) => matches(name, pattern))) return true;
  return zone.packages.includes('*') && !reservedPackages.some((pattern) => matches(name, pattern));
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

function describePackages(zone: Zone): string {
  if (!zone.packages.includes('*')) return list(zone.packages);
  const barred = reservedPackages.filter((name) => !zone.packages.includes(name));
  return barred.length === 0 ? 'all' : `all but ${barred.join(', ')}`;
}

/**
 * Why `file` may not import `specifier`, or undefined when it may.
 * `file` is relative to the root of the repository, with forward slashes.
 */
export function importProblem(file: string, specifier: string): string | undefined {
  const zone = zoneOf(file);
  if (!zone) return `${file} lies in no zone; give its folder a line in .config/lint/zones.ts.`;
  const layers = list(zone.layers);
  if (specifier.startsWith('.')) {
    const target = resolve('/', dirname(file), specifier).slice(1).replaceAll(sep, '/');
    if (within(target, zone.folder)) return undefined;
    return `${zone.folder} reaches ${target} by a relative path; other folders are imported as #folder/file.ts. Allowed layers: ${layers}.`;
  }
  if (specifier.startsWith('#')) {
    const target = specifier.slice(1).replace(/^config\//, '.config/');
    if (within(target, zone.folder) || zone.layers.some((layer) => within(target, layer))) return undefined;
    return `${zone.folder} may not import ${zoneOf(target)?.folder ?? target} (${specifier}). Allowed layers: ${layers}.`;
  }
  const name = packageOf(specifier);
  if (mayUsePackage(zone, name)) return undefined;
  return `${zone.folder} may not import the package ${name}. Allowed packages: ${describePackages(zone)}. Allowed layers: ${layers}.`;
}

/** The part of the linter's plugin interface that is used here; it is ESLint's. */
interface SourceNode {
  readonly source: { readonly type: string; readonly value?: unknown } | null;
}
interface Context {
  readonly cwd: string;
  readonly filename: string;
  report(problem: { node: SourceNode['source']; message: string }): void;
}

/** Judges a statement or expression that names another module; a computed name cannot be judged. */
function judge(context: Context, { source }: SourceNode): void {
  if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
  const file = relative(context.cwd, context.filename).replaceAll(sep, '/');
  const message = importProblem(file, source.value);
  if (message) context.report({ node: source, message });
}

export default {
  meta: { name: 'graft' },
  rules: {
    layers: {
      create(context: Context) {
        const visit = (node: SourceNode): void => judge(context, node);
        return {
          ImportDeclaration: visit,
          ExportNamedDeclaration: visit,
          ExportAllDeclaration: visit,
          ImportExpression: visit,
          TSImportType: visit,
        };
      },
    },
  },
};
