/** Work counted instead of timed: how often a function reads properties of what it is given, and asks maps and sets. */
/** Counted since the beginning. */
let operations = 0;

/** A deep copy every read of whose properties is counted; maps and bytes stay as they are. */
export function counted<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || value instanceof Map || ArrayBuffer.isView(value)) return value;
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
  const before = operations;
  const end = countAll();
  try {
    work();
    return operations - before;
  } finally {
    end();
  }
}

/** The same until `work` is done. Nothing else may be under way. */
export async function operationsUntil(work: () => Promise<unknown>): Promise<number> {
  const before = operations;
  const end = countAll();
  try {
    await work();
    return operations - before;
  } finally {
    end();
  }
}

/** Answers what ends the counting. */
function countAll(): () => void {
  const restore = [
    countCalls(Map.prototype, ['get', 'has', 'set']),
    countCalls(Set.prototype, ['add', 'has', 'delete']),
  ];
  return () => {
    for (const end of restore) end();
  };
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
