/** Marks a branch the type checker must prove unreachable: adding a case without handling it stops compiling. */
export function assertNever(value: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(value)}`);
}
