export type { InputEnvironment, InputFault, KnownCheck, PathKind } from './definition.js';
export { loadInputs, type Validate } from './load.js';
export { inputNames, inputs, type InputName, type InputValues } from './table.js';
