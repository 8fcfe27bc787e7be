/** Work counted instead of timed: how often a function reads properties of what it is given, and asks maps and sets. */
/** Counted since the beginning. */
let operations = 0;

/** A deep copy every read of whose properties is counted. */
export function counted<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  const copy: object = Array.isArray(value)
    ? value.map(counted)
    : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, counted(inner)]));
  return new Proxy(copy, {
    get(target, name, receiver) {
      operations++;
      return Reflect.get(target, name, receiver) as unknown;
    },
  }) as Value;
}

/** Reads of counted values, and calls of maps' and sets' methods, while `work` is done. */
export function operationsOf(work: () => unknown): number {
  const restore = [
    countCalls(Map.prototype, ['get', 'has', 'set']),
    countCalls(Set.prototype, ['add', 'has', 'delete']),
  ];
  const before = operations;
  try {
    work();
    return operations - before;
  } finally {
    for (const end of restore) end();
  }
}

/** Answers what ends the counting. */
function countCalls(owner: object, names: readonly string[]): () => void {
  const methods = names.map((name) => [name, Reflect.get(owner, name) as (...values: unknown[]) => unknown] as const);
  for (const [name, method] of methods) {
    Reflect.set(owner, name, function counting(this: unknown, ...values: unknown[]) {
      operations++;
      return Reflect.apply(method, this, values);
    });
  }
  return () => {
    for (const [name, method] of methods) Reflect.set(owner, name, method);
  };
}
