/** The flight recorder's format and reader: for tools that read what a node recorded. */
export { encodeFrame, frameAt, framesOf, headerBytes, type Frame, type FrameHeader, type Stream } from './frames.js';
export { lastComplete, linesOf, readAttempts, readFrames, segmentIndex, segmentName, segmentsIn, textOf, type Attempt } from './reader.js';
export * from './lines/index.js';
