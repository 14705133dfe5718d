#include "work.h"
#include <stdio.h>
#include <stdlib.h>

int64_t gxWorkLeft = mxWorkBatch;
uint64_t gxWorkSecret = 0;

/* Units that the command did while the meter was on. */
static int64_t gxWorkDone = 0;

/* As in xsnap-worker.c. */
#define mxIOError 2
#define mxTooMuchComputation 17

/* The meter's limit now; 0 is off. */
extern uint32_t fxWorkLimit(void);

void fxWorkStart(void)
{
	FILE* file = fopen("/dev/urandom", "rb");
	if (!file || (fread(&gxWorkSecret, sizeof(gxWorkSecret), 1, file) != 1)) {
		fprintf(stderr, "cannot read /dev/urandom\n");
		exit(mxIOError);
	}
	fclose(file);
}

void fxWorkBegin(void)
{
	gxWorkLeft = mxWorkBatch;
	gxWorkDone = 0;
}

void fxMeterCheck(int64_t computrons)
{
	uint32_t limit = fxWorkLimit();
	if (limit && (computrons > (int64_t)limit)) {
		fprintf(stderr, "too much computation\n");
		exit(mxTooMuchComputation);
	}
}

void fxWorkFold(void)
{
	int64_t done = mxWorkBatch - gxWorkLeft;
	gxWorkLeft = mxWorkBatch;
	if (fxWorkLimit()) {
		gxWorkDone += done;
		fxMeterCheck(gxWorkDone / mxWorkPerComputron);
	}
}

uint32_t fxWorkReport(uint32_t computrons)
{
	int64_t work = gxWorkDone / mxWorkPerComputron;
	return (work > (int64_t)computrons) ? (uint32_t)work : computrons;
}
