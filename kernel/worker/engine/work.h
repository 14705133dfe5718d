/*
 * The work counter. Every loop of the engine's C code ticks, every copy counts its bytes, every allocation its size; so work
 * inside of one builtin is seen as soon as it is done. A command costs its computrons or its work, whichever is more
 * (docs/engine.md). Included before anything else in every file; in a file that is compiled as mxWorkless nothing ticks.
 */
#ifndef __WINDLASS_WORK__
#define __WINDLASS_WORK__

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Units of work in a computron. */
#define mxWorkPerComputron 4
/* Units between two looks at the limit. */
#define mxWorkBatch 65536

/* What one thing costs, in units of work. A tick of a loop is one unit. */
#define mxWorkOfSlot 6
#define mxWorkOfEntry 160
#define mxWorkOfName 1600
#define mxWorkOfChunk(SIZE) (4 + ((int64_t)(SIZE) >> 3))
#define mxWorkOfBytes(SIZE) ((int64_t)(SIZE) >> 4)
#define mxWorkOfCompare(SIZE) ((int64_t)(SIZE) >> 2)

/* Units until the next look at the limit. One machine per process. */
extern int64_t gxWorkLeft;
/* Drawn when the process starts; nothing that a vat can see depends on it. */
extern uint64_t gxWorkSecret;

/* When the process starts, and when a command begins. */
extern void fxWorkStart(void);
extern void fxWorkBegin(void);
/* Adds what was counted to the command's work, unless the meter is off; ends the process if the limit is passed. */
extern void fxWorkFold(void);
/* What a command costs that spent so many computrons. */
extern uint32_t fxWorkReport(uint32_t computrons);
/* Ends the process if so many computrons pass the limit. */
extern void fxMeterCheck(int64_t computrons);

static inline int fxWork(int64_t units)
{
	if (__builtin_expect((gxWorkLeft -= units) < 0, 0))
		fxWorkFold();
	return 1;
}

/* The meter after a charge. It stays where one more computron cannot wrap it. */
static inline uint32_t fxMeterSum(uint32_t computrons, int64_t charge)
{
	int64_t sum = (int64_t)computrons + charge;
	if (charge > mxWorkBatch)
		fxMeterCheck(sum);
	return (sum < 0) ? 0 : (sum > 0xFFFF0000) ? 0xFFFF0000 : (uint32_t)sum;
}

#define mxWork(UNITS) fxWork(UNITS)
#define mxTick() fxWork(1)

/* Where in a table of references and other keys a sum belongs: nobody can know beforehand which sums meet. */
#define mxTableIndex(SUM, LENGTH) \
	((uint32_t)((((uint64_t)(uint32_t)(SUM)) * (gxWorkSecret | 1)) >> 43) & ((uint32_t)(LENGTH) - 1))

static inline size_t fxWorkSize(size_t size)
{
	fxWork(mxWorkOfBytes(size));
	return size;
}

static inline size_t fxWorkLength(const char* string)
{
	size_t length = strlen(string);
	fxWork(mxWorkOfBytes(length));
	return length;
}

static inline int fxWorkCompare(const char* a, const char* b)
{
	size_t at = 0;
	int result;
	while ((a[at] == b[at]) && a[at])
		at++;
	result = (int)(unsigned char)a[at] - (int)(unsigned char)b[at];
	fxWork(mxWorkOfCompare(at));
	return result;
}

static inline const char* fxWorkWalk(const char* string)
{
	fxWork(mxWorkOfCompare(strlen(string)));
	return string;
}

/* The C library divides bit by bit: one step for each bit between the two exponents. */
static inline double fxWorkRemainder(double a, double b)
{
	uint64_t bitsOfA, bitsOfB;
	int64_t steps;
	memcpy(&bitsOfA, &a, sizeof(bitsOfA));
	memcpy(&bitsOfB, &b, sizeof(bitsOfB));
	steps = (int64_t)((bitsOfA >> 52) & 0x7FF) - (int64_t)((bitsOfB >> 52) & 0x7FF);
	if (steps > 0)
		fxWork(steps);
	return __builtin_fmod(a, b);
}

#ifndef mxWorkless
#define c_fmod(A, B) fxWorkRemainder(A, B)
#define c_memcpy(TO, FROM, SIZE) memcpy(TO, FROM, fxWorkSize(SIZE))
#define c_memmove(TO, FROM, SIZE) memmove(TO, FROM, fxWorkSize(SIZE))
#define c_memset(TO, BYTE, SIZE) memset(TO, BYTE, fxWorkSize(SIZE))
#define c_memcmp(A, B, SIZE) memcmp(A, B, fxWorkSize(SIZE))
#define c_strlen(STRING) fxWorkLength(STRING)
#define c_strcmp(A, B) fxWorkCompare(A, B)
#define c_strncmp(A, B, SIZE) strncmp(A, B, fxWorkSize(SIZE))
#define c_strcpy(TO, FROM) strcpy(TO, fxWorkWalk(FROM))
#define c_strcat(TO, FROM) strcat((char*)fxWorkWalk(TO), fxWorkWalk(FROM))
#define c_strchr(STRING, CHARACTER) strchr((char*)fxWorkWalk(STRING), CHARACTER)
#define c_strrchr(STRING, CHARACTER) strrchr((char*)fxWorkWalk(STRING), CHARACTER)
#define c_strstr(STRING, PART) strstr((char*)fxWorkWalk(STRING), PART)
#endif

#endif
