/** Oldest `ai.onnx` operator set that is read: before it, broadcasting had to be asked for. */
export const oldestOpset = 7;
/** Newest that the runtime loads. */
export const newestOpset = 26;
