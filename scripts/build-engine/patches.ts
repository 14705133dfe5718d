/**
 * Our changes to single places of the engine, each with its reason. A text that is not found exactly as often as it is said
 * to stand there ends the build.
 */

export type Patch = { readonly find: string; readonly replace: string; /** Default 1. */ readonly times?: number };

/** By flat file name. */
export const patches: ReadonlyMap<string, readonly Patch[]> = new Map([
  ['xsnap-worker.c', [
    // Heap snapshots of the published engine and of ours are not each other's: the table of names differs.
    { find: '#define SNAPSHOT_SIGNATURE "xsnap 1"', replace: '#define SNAPSHOT_SIGNATURE "windlass xsnap 1"' },
    { find: 'static xsBooleanValue gxMeteringPrint = 0;', replace: 'uint32_t fxWorkLimit(void)\n{\n\treturn gxCurrentMeter;\n}\n\nstatic xsBooleanValue gxMeteringPrint = 0;' },
    // So that chains of names stay short with a million of them.
    { find: '1993,				/* nameModulo */', replace: '65521,				/* nameModulo */' },
    // Drawn before a snapshot is read, which fills tables.
    { find: '\txsInitializeSharedCluster();', replace: '\tfxWorkStart();\n\txsInitializeSharedCluster();' },
    // What is counted belongs to a command, and only while the meter is on.
    { find: '\t(xsSetCurrentMeter(_THE, 0), \\', replace: '\t(fxWorkBegin(), xsSetCurrentMeter(_THE, 0), \\' },
    { find: '\t(gxCurrentMeter = 0, \\\n\tfxGetCurrentMeter(_THE))', replace: '\t(fxWorkFold(), gxCurrentMeter = 0, \\\n\tfxWorkReport(fxGetCurrentMeter(_THE)))' },
    { find: '\tgxCurrentMeter = xsToInteger(xsArg(0));', replace: '\tfxWorkFold();\n\tgxCurrentMeter = xsToInteger(xsArg(0));' },
    // A heap goes out slot by slot; in pieces of 4 KiB its reader woke up for each few of them.
    { find: '\t\t\t\tif (stream.file) {\n\t\t\t\t\tsnapshot.stream = &stream;', replace: '\t\t\t\tif (stream.file) {\n\t\t\t\t\tstatic char pieces[256 * 1024];\n\t\t\t\t\tsetvbuf(stream.file, pieces, _IOFBF, sizeof(pieces));\n\t\t\t\t\tsnapshot.stream = &stream;' },
  ]],
  ['xsnapPlatform.c', [
    // Every slot of a new block is written at once, to link it: 48 MiB in pages of 4 KiB took half of a worker's start.
    { find: '\treturn (txSlot*)c_malloc(theCount * sizeof(txSlot));', replace: '\treturn (txSlot*)fxAllocateLargePages(theCount * sizeof(txSlot));' },
    { find: 'txSlot* fxAllocateSlots(txMachine* the, txSize theCount)\n{\n', replace: largePages() },
    { find: '\t\tbase = result = mmap(NULL, mxReserveChunkSize, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);', replace: '\t\tbase = result = fxReserveLargePages(mxReserveChunkSize);' },
    { find: 'void* fxAllocateChunks(txMachine* the, txSize size)\n{\n', replace: reservedPages() },
  ]],
  ['xsAll.h', [
    // A large charge of a builtin must neither wrap the 32 bits of the meter nor wait for the next branch to be seen.
    { find: '(the->meterIndex += _COUNT)', replace: '(the->meterIndex = fxMeterSum(the->meterIndex, (int64_t)(_COUNT)))' },
  ]],
  ['xsBigInt.c', [
    // The difference of two lengths is negative for a small dividend: `1n % big` paid computrons back, without end.
    { find: 'static void fxBigInt_meter(txMachine* the, int n);', replace: 'static void fxBigInt_meter(txMachine* the, txS8 n);' },
    { find: 'void fxBigInt_meter(txMachine* the, int n)', replace: 'void fxBigInt_meter(txMachine* the, txS8 n)' },
    { find: '\tthe->meterIndex += n - 1;', replace: '\tthe->meterIndex = fxMeterSum(the->meterIndex, (n < 0) ? 0 : n - 1);' },
    { find: 'mxBigInt_meter(((a->size - b->size) * (a->size + b->size)));', replace: 'mxBigInt_meter(((txS8)(a->size - b->size) * (a->size + b->size)));', times: 2 },
  ]],
  ['xsMapSet.c', [
    { find: 'txU4 index = sum & (table->value.table.length - 1);', replace: 'txU4 index = mxTableIndex(sum, table->value.table.length);', times: 3 },
    { find: 'txU4 index = entry->value.entry.sum & currentMask;', replace: 'txU4 index = mxTableIndex(entry->value.entry.sum, currentMask + 1);' },
    { find: 'sum = slot->value.reference - base;', replace: 'sum = (txU8)(slot->value.reference - base) ^ gxWorkSecret;' },
    // A new entry is written, and collected, in places far apart.
    { find: '\tfirst = fxNewSlot(the);', replace: '\tmxWork(mxWorkOfEntry);\n\tfirst = fxNewSlot(the);' },
    // Walks along a chain are not counted, since a chain's length depends on addresses; keys whose sums are equal are compared, and that is.
    { find: '\ttxBoolean result = 0;\n\tif (a->kind == b->kind) {', replace: '\ttxBoolean result = 0;\n\tif ((a->kind != XS_REFERENCE_KIND) && (b->kind != XS_REFERENCE_KIND))\n\t\tmxTick();\n\tif (a->kind == b->kind) {' },
  ]],
  ['xsSnapshot.c', [
    { find: 'txU4 index = sum & (table->value.table.length - 1);', replace: 'txU4 index = mxTableIndex(sum, table->value.table.length);' },
  ]],
  ['xsSymbol.c', [
    // Names are never given back.
    { find: 'the->keyIndex++;', replace: 'mxWork(mxWorkOfName);\n\tthe->keyIndex++;', times: 5 },
  ]],
  ['xsScript.c', [
    // The parser's memory is outside of the heap and its bound. Its one large buffer is hardly ever touched; what fills it ticks.
    { find: 'void* fxNewParserChunk(txParser* parser, txSize size)\n{\n', replace: 'void* fxNewParserChunk(txParser* parser, txSize size)\n{\n\tmxWork(mxWorkOfChunk((size < 4096) ? size : 4096));\n' },
  ]],
  ['xsdtoa.c', [
    // Powers of five are kept by the process, not by the heap: who makes one must not be charged for it.
    { find: 'p51 = p5->next = mult(p5,p5 __XS__a);', replace: '{ int64_t left = gxWorkLeft; gxWorkLeft = INT64_MAX; p51 = p5->next = mult(p5,p5 __XS__a); gxWorkLeft = left; }' },
  ]],
  ['xsMemory.c', [
    // Memory that comes from the system, and is never given to another block, is zero: 32 MiB need not be touched before they are used.
    { find: '\t\tc_memset(buffer, 0, size);\n', replace: '' },
    { find: 'txSlot* fxNewSlot(txMachine* the) \n{\n', replace: 'txSlot* fxNewSlot(txMachine* the) \n{\n\tmxWork(mxWorkOfSlot);\n' },
    { find: 'void* fxNewChunk(txMachine* the, txSize size)\n{\n', replace: 'void* fxNewChunk(txMachine* the, txSize size)\n{\n\tmxWork(mxWorkOfChunk(size));\n' },
    { find: 'void* fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity)\n{\n', replace: 'void* fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity)\n{\n\tmxWork(mxWorkOfChunk(capacity));\n' },
    { find: 'void* fxRenewChunk(txMachine* the, void* theData, txSize size)\n{\n', replace: 'void* fxRenewChunk(txMachine* the, void* theData, txSize size)\n{\n\tmxWork(mxWorkOfChunk(size - ((txChunk*)(((txByte*)theData) - sizeof(txChunk)))->size));\n' },
    // A collection pays for itself: what it leaves free is at least a quarter of all that lives, else the heap grows.
    { find: 'void* fxFindChunk(txMachine* the, txSize size, txBoolean *once)\n{\n', replace: roomFunctions() },
    { find: '\t\tfxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);\n\t\t*once = 0;\n\t\tgoto again;', replace: '\t\tfxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);\n\t\t*once = 0;\n\t\tfxGiveChunkRoom(the, size);\n\t\tgoto again;' },
    { find: '\t\tallocate = wasThrashing && isThrashing;', replace: '\t\t(void)wasThrashing;\n\t\t(void)isThrashing;\n\t\tallocate = fxMissingSlots(the) > 0;' },
    { find: '!(the->collectFlag & XS_SKIPPED_COLLECT_FLAG) ? the->minimumHeapCount : 64', replace: '!(the->collectFlag & XS_SKIPPED_COLLECT_FLAG) ? fxMoreSlots(the) : 64' },
    // Whether two blocks lie side by side is the C library's affair; how many slots there are must not depend on it.
    { find: 'if (the->firstHeap && (the->firstHeap->value.reference == aHeap)) {', replace: 'if (0) {' },
    { find: 'else if ((aHeap + theCount) == the->firstHeap) {', replace: 'else if (0) {' },
  ]],
]);

function reservedPages(): string {
  return `/* Zero, and given back as a whole only. The hint changes how many pages a touch brings, nothing else. */
static void* fxReserveLargePages(size_t size)
{
	void* address = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
#ifdef MADV_HUGEPAGE
	if (address != MAP_FAILED)
		madvise(address, size, MADV_HUGEPAGE);
#endif
	return address;
}

void* fxAllocateChunks(txMachine* the, txSize size)
{
`;
}

function largePages(): string {
  return `/* A hint that the system may ignore: what is in the memory, and how much of it there is, stays the same. */
static void* fxAllocateLargePages(size_t size)
{
#ifdef MADV_HUGEPAGE
	const size_t page = 2 * 1024 * 1024;
	void* address;
	if (size >= 2 * page) {
		if (posix_memalign(&address, page, size))
			return NULL;
		madvise(address, size, MADV_HUGEPAGE);
		return address;
	}
#endif
	return c_malloc(size);
}

txSlot* fxAllocateSlots(txMachine* the, txSize theCount)
{
`;
}

function roomFunctions(): string {
  return `/* Bytes that must be free after a collection. */
static int64_t fxWantedRoom(txMachine* the)
{
	return ((int64_t)the->currentHeapCount * (int64_t)sizeof(txSlot) + (int64_t)the->currentChunksSize) / 4;
}

static int64_t fxMissingSlots(txMachine* the)
{
	return fxWantedRoom(the) / (int64_t)sizeof(txSlot) - ((int64_t)the->maximumHeapCount - (int64_t)the->currentHeapCount);
}

static txSize fxMoreSlots(txMachine* the)
{
	int64_t missing = fxMissingSlots(the);
	return (missing > the->minimumHeapCount) ? (txSize)missing : the->minimumHeapCount;
}

static void fxGiveChunkRoom(txMachine* the, txSize size)
{
	int64_t missing = fxWantedRoom(the) + size - ((int64_t)the->maximumChunksSize - (int64_t)the->currentChunksSize);
	if (missing <= 0)
		return;
	if ((missing > 0x7FFFFFFF) || !fxGrowChunks(the, (txSize)missing))
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
}

void* fxFindChunk(txMachine* the, txSize size, txBoolean *once)
{
`;
}

/** The text with its patches. Throws an Error when one does not fit. */
export function applyPatches(file: string, text: string): string {
  return (patches.get(file) ?? []).reduce((changed, { find, replace, times = 1 }) => {
    const parts = changed.split(find);
    if (parts.length !== times + 1) throw new Error(`a change of ${file} fits ${parts.length - 1} times, not ${times}: ${find}`);
    return parts.join(replace);
  }, text);
}
