/** Of our changes to liveslots, those that let a bringOutYourDead end when it has done enough (kernel/worker/portion.ts). */
import type { Patch } from './patches.js';

const dead = '@agoric/swingset-liveslots/src/boyd-gc.js';
const liveslots = '@agoric/swingset-liveslots/src/liveslots.js';
const collections = '@agoric/swingset-liveslots/src/collectionManager.js';
const objects = '@agoric/swingset-liveslots/src/virtualObjectManager.js';

const enough = 'what is let go at once may need more syscalls than a delivery may record: the next bringOutYourDead goes on';
const large = 'what is too large to go at once is left to the sweep (kernel/worker/dying.ts)';

export const portionPatches: readonly Patch[] = [
  {
    file: dead,
    why: enough,
    from: '  const scanForDeadObjects = async () => {\n    await null;\n',
    to: '  const reclaim = gcTools.makeReclaim(syscall, vrm);\n  const scanForDeadObjects = async () => {\n    await null;\n    reclaim.begin();\n',
  },
  {
    file: dead,
    why: 'without an object let go, a full collection of the heap finds nothing; a chain of 30,000 would make as many',
    from: `    let gcAgain = false;

    do {
      gcAgain = false;
      await gcTools.gcAndFinalize();
`,
    to: `    let gcAgain = true;

    do {
      if (gcAgain) {
        await gcTools.gcAndFinalize();
        reclaim.noteHeapCollection();
      }
      gcAgain = false;
`,
  },
  {
    file: dead,
    why: enough,
    from: `        possiblyDeadSet.delete(vrefOrBaseRef);
`,
    to: `        if (reclaim.isSpent()) break;
        possiblyDeadSet.delete(vrefOrBaseRef);
        if (reclaim.waits(vrefOrBaseRef)) continue;
`,
  },
  {
    file: dead,
    why: enough,
    from: '    } while (possiblyDeadSet.size > 0 || gcAgain);\n',
    to: '    } while (!reclaim.isSpent() && (possiblyDeadSet.size > 0 || gcAgain || reclaim.takeLeft(possiblyDeadSet)));\n',
  },
  {
    file: dead,
    why: enough,
    from: '      possiblyRetiredSet.delete(vref);\n',
    to: '      if (reclaim.isSpent() && !importsToDrop.has(vref)) continue;\n      possiblyRetiredSet.delete(vref);\n',
  },
  {
    file: dead,
    why: enough,
    from: `      syscall.retireExports([...exportsToRetire].sort());
    }
`,
    to: `      syscall.retireExports([...exportsToRetire].sort());
    }
    reclaim.end(possiblyDeadSet, gcAgain || possiblyRetiredSet.size > 0);
`,
  },
  {
    file: liveslots,
    why: 'a retirement that the kernel was first with must not be told to it again, now that it may wait',
    from: '      vrm.ceaseRecognition(vref);\n    }\n  }\n\n  // TODO: when we add notifyForward',
    to: '      vrm.ceaseRecognition(vref);\n      possiblyRetiredSet.delete(vref);\n    }\n  }\n\n  // TODO: when we add notifyForward',
  },
  {
    file: collections,
    why: large,
    from: '    function clearInternalFull() {\n      let doMoreGC = false;\n',
    to: '    function clearInternalFull(isDeleting) {\n      let doMoreGC = false;\n',
  },
  {
    file: collections,
    why: large,
    from: '        if (collectionMetaKeys.has(encodedKey)) continue;\n',
    to: '        if (collectionMetaKeys.has(encodedKey)) continue;\n        if (isDeleting && syscall.isSpent()) return undefined;\n',
  },
  {
    file: collections,
    why: large,
    from: '          const value = JSON.parse(syscall.vatstoreGet(dbKey));\n          doMoreGC =\n',
    to: '          const value = JSON.parse(syscall.vatstoreGet(dbKey));\n          if (isDeleting && syscall.isTooMuch(value.slots.length)) return undefined;\n          doMoreGC =\n',
  },
  {
    file: collections,
    why: large,
    from: '      if (isDeleting) {\n        doMoreGC = clearInternalFull();\n',
    to: '      if (isDeleting) {\n        doMoreGC = clearInternalFull(true);\n',
  },
  {
    file: collections,
    why: large,
    from: '      } else if (matchAny(keyPatt) && matchAny(valuePatt)) {\n        doMoreGC = clearInternalFull();\n',
    to: '      } else if (matchAny(keyPatt) && matchAny(valuePatt)) {\n        doMoreGC = clearInternalFull(false);\n',
  },
  {
    file: collections,
    why: large,
    from: '    let doMoreGC = collection.clearInternal(true);\n',
    to: `    let doMoreGC = collection.clearInternal(true);
    if (doMoreGC === undefined) {
      syscall.leaveToSweep(vobjID, storeKindInfo[kindName].hasWeakKeys ? 'weak' : 'strong');
      return true;
    }
`,
  },
  {
    file: objects,
    why: large,
    from: '      for (const valueCD of Object.values(record.capdatas)) {\n        for (const vref of valueCD.slots) {\n          doMoreGC = vrm',
    to: `      const held = Object.values(record.capdatas).reduce((sum, { slots }) => sum + slots.length, 0);
      if (syscall.isTooMuch(held)) {
        syscall.leaveToSweep(baseRef, 'object');
        return false;
      }
      for (const valueCD of Object.values(record.capdatas)) {
        for (const vref of valueCD.slots) {
          doMoreGC = vrm`,
  },
];
