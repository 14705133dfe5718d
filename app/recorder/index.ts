/** The flight recorder's format and reader, for tools that read what a node recorded; and the recorder of a kernel without a chain. */
export { encodeFrame, frameAt, framesOf, headerBytes, type Frame, type FrameHeader, type Stream } from './frames.js';
export { attemptsOf, lastComplete, linesOf, readAttempts, readFrames, segmentIndex, segmentName, segmentsIn, textOf, type Attempt } from './reader.js';
export * from './lines/index.js';
export { openSoloRecorder, type SoloRecorder, type SoloRecorderOptions } from './solo.js';
export type { Lost, RecorderStatus } from './recorder.js';
