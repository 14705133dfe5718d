/** The format of recorded lines, for whoever writes or reads them. */
export { fieldBytesMax, stringBytesMax } from './bounds.js';
export { firstLaneHash, heightHash, LaneHash } from './hash.js';
export { laneD, readLine, splitLines, typeOf, type ReadLine, type UnknownLine } from './read.js';
export { endsUnit, isLineType, laneOf, lineSchemas, type Lane, type Line, type LineOf, type LineType, type LocalPart } from './schema.js';
export { closeLine, closeTimed, laneDText, localMark, openLine, writeLine } from './write.js';
