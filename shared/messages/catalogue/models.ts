/** Errors of model files, and of the graphs compiled from them. */
import { entry, sized, type Entry } from './entry.ts';

export const modelsErrors = {
  // Models
  'model.file-missing': entry(
    (d) => `The model file ${d['path']} does not exist.`,
    'Check its path, or choose the file again in the Backbone node.',
  ),
  'model.not-onnx': entry(
    (d) => `${d['path']} is not an ONNX model: ${d['reason']}`,
    'Export the model to ONNX (opset 7 or newer) and choose that file.',
  ),
  'model.external-data-missing': entry(
    (d) => `${d['path']} keeps its weights in ${d['file']}, which is not beside it.`,
    'Put the weight file into the same folder as the model.',
  ),
  'model.external-data-outside': entry(
    (d) => `${d['path']} refers to a weight file outside its own folder, ${d['file']}.`,
    'Use a model whose weight files lie beside it.',
  ),
  'model.too-large': entry(
    (d) =>
      `${d['path']} needs ${sized(d['needed'])} of memory; Graft gives a model at most ${sized(d['limit'])} on this machine.`,
    'Choose a smaller model, or use a machine with more memory.',
  ),
  'model.ends-engine': entry(
    (d) => `${d['path']} makes the runtime end: ${d['reason']}`,
    'Graft itself is unharmed. Choose another model, or export this one anew, with another version of its tool.',
  ),
  'model.takes-too-long': entry(
    (d) => `${d['path']} was not understood within ${d['seconds']} seconds.`,
    'Choose a smaller model, or one that was simplified by the tool that made it.',
  ),
  'model.value-too-large': entry(
    (d) =>
      `${d['path'] ?? 'The model'} computes “${d['name']}”, which takes ${sized(d['needed'])}; there is room for ${sized(d['limit'])} on this machine.`,
    'Choose another model, or smaller pictures where the model leaves their size open.',
  ),
  'model.opset-unsupported': entry(
    (d) => `${d['path']} uses operator set ${d['opset']}; Graft reads ${d['oldest']} to ${d['newest']}.`,
    'Export the model again with an operator set in between.',
  ),
  'model.refused': entry(
    (d) => `The runtime refuses the model: ${d['reason']}`,
    'Check the model with the tool that made it, and that its inputs have the sizes it is meant for.',
  ),
  'model.input-unsupported': entry(
    (d) => `${d['path']} does not take one picture tensor [N, 3, height, width]: ${d['reason']}`,
    'Choose a model for images with channels first.',
  ),
  'model.input-channels': entry(
    (d) => `${d['path']} takes pictures of ${d['channels']} channels; Graft gives it 3, or 1.`,
    'Choose a model for colour or grey pictures. Depth, infrared and medical volumes have no way in yet.',
  ),
  'model.input-type': entry(
    (d) => `The input “${d['name']}” of ${d['path']} takes ${d['dtype']}, which no picture is given as.`,
    'Export the model with an input of float32 or uint8.',
  ),
  'model.not-for-pictures': entry(
    (d) => `The input “${d['name']}” of ${d['path']} has ${d['dimensions']} dimensions; a batch of pictures has 4.`,
    'Choose a model for pictures: text, sound and tables have no way in yet.',
  ),
  'model.fixed-batch': entry(
    (d) => `${d['path']} takes one number of pictures only: ${d['reason']}`,
    'Export it again with a batch size that is left open (in PyTorch dynamic_axes or dynamic_shapes for the first axis).',
  ),
  'model.quantized-operators': entry(
    (d) => `${d['path']} computes with integers (operator ${d['op']}), which has no gradient.`,
    'Choose the model as it was before it was quantized, in float32 or float16; or one with QuantizeLinear and DequantizeLinear.',
  ),
  'model.inference-mode': entry(
    (d) => `${d['path']} was exported while it trained: ${d['count']} of its layers are used as after training.`,
    'Nothing to do if its figures are good. Otherwise export it again in evaluation mode (in PyTorch model.eval()).',
  ),
  'model.dequantized': entry(
    (d) =>
      `${d['path']} is quantized in ${d['count']}; weights are used as the floats they stand for, and nothing is rounded in between.`,
    'Nothing to do. The exported model is larger; its features differ from the file’s by the rounding that is left out.',
  ),
  'model.widened': entry(
    (d) => `${d['path']} stores ${d['count']} in half precision; Graft computes with them in float32.`,
    'Nothing to do. The exported model is twice as large.',
  ),
  'model.input-adapted': entry(
    (d) => `${d['path']} takes pictures in another form, and is given them so: ${d['changes']}.`,
    'Nothing to do. The exported model takes pictures as all of Graft’s models do.',
  ),
  'model.range-unknown': entry(
    (d) => `${d['path']} does not say which range its colours have; ${d['taken']} is taken.`,
    'If the figures are poor, look at how the model was trained and set “Colour range” in the Backbone card, under Expert.',
  ),
  'model.unknown-backbone': entry(
    (d) => `There is no built-in backbone called “${d['id']}”.`,
    'Choose efficientnet-lite0 or nano, or the path of an .onnx file.',
  ),
  'model.unknown-stage': entry(
    (d) => `The backbone has no stage called “${d['stage']}”.`,
    (d) => `Choose one of: ${d['stages']}.`,
  ),
  'model.features-not-finite': entry(
    (d) => `The backbone gives numbers that are not finite for ${d['path']}.`,
    'Check how the backbone expects pictures to be normalised, or choose another one.',
  ),
  'model.size-depends-on-data': entry(
    (d) => `The size of “${d['name']}” (operator ${d['op']}) depends on the input, so it cannot be planned for.`,
    'Export the model with fixed sizes, or choose another one.',
  ),
  'model.hash-changed': entry(
    (d) => `${d['path']} is not the file this project was made with.`,
    'Restore the original file, or choose the backbone again to accept the new one.',
  ),
  'model.no-feature-output': entry(
    (d) => `${d['path']} gives ${d['reason']}, which a head cannot be put on.`,
    'Choose a model with an output [N, features] or [N, channels, height, width].',
  ),
  // Compiler
  'compile.not-differentiable': entry(
    (d) => `Operator ${d['op']} (node “${d['name']}”) cannot be differentiated: ${d['reason']}`,
    (d) =>
      d['stage']
        ? `Freeze everything before “${d['stage']}”: that freeze line avoids it.`
        : d['stage'] === ''
          ? 'Freeze the whole backbone: that avoids it.'
          : 'Train, or differentiate with respect to, only what lies behind it.',
  ),
  'compile.unknown-tensor': entry(
    (d) => `The model has no tensor called “${d['name']}”.`,
    'Check the name against those in the model file.',
  ),
  'compile.not-trainable': entry(
    (d) => `“${d['name']}” cannot be trained: ${d['reason']}`,
    'Leave it out, or freeze the part it belongs to.',
  ),
  'compile.bad-case': entry(
    (d) => `The case file is not valid: ${d['reason']}`,
    'Compare it with docs/guide/case-files.md.',
  ),
  'compile.illegal-graph': entry(
    (d) => `The compiler produced an illegal graph in phase ${d['phase']}: ${d['reason']}`,
    'This is a fault in Graft. Please report it with the project file.',
  ),
} satisfies Record<string, Entry>;
