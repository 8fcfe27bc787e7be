/** ONNX IR version written into every model: the newest that runtimes of the opset-13 era still read. */
export const onnxIrVersion = 8;

/** Version of the graphs Graft writes, in their `graft.version` metadata. */
export const graftModelVersion = '1';
