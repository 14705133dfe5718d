/**
 * What we change in liveslots 0.11.0 when the supervisor is built. Each text must stand in its file exactly once: a new
 * version of the package that reads differently fails the build, and somebody looks.
 */
import { portionPatches } from './portion-patches.js';

export type Patch = { readonly file: string; readonly why: string; readonly from: string; readonly to: string };

const file = '@agoric/swingset-liveslots/src/liveslots.js';
const references = '@agoric/swingset-liveslots/src/virtualReferences.js';
const collections = '@agoric/swingset-liveslots/src/collectionManager.js';

const sendOnly = 'E.sendOnly falls back to handlers that register a result, which does not exist, and throw before the send';
const shallow = 'data nested more deeply than its receiver can bear must not leave the vat';
const sweep = 'virtual data of the incarnation before is swept (kernel/worker/sweep.ts)';
const oldKeys = 'a key of an old weak collection may die before it is swept: what its value held in the old heap is not counted in this one';
const marks = 'a virtual collection cannot be told from a durable one by its rows';

export const patches: readonly Patch[] = [
  ...portionPatches,
  {
    file,
    why: sendOnly,
    from: `      applyFunction(o, args, returnedP) {
        return fulfilledHandler.applyMethod(o, undefined, args, returnedP);
      },`,
    to: `      applyFunction(o, args, returnedP) {
        return fulfilledHandler.applyMethod(o, undefined, args, returnedP);
      },
      applyMethodSendOnly(o, prop, args) {
        if (disavowedPresences.has(o)) {
          exitVatWithFailure(disavowalError);
          throw disavowalError;
        }
        queueMessage(slot, prop, args, undefined, true);
      },
      applyFunctionSendOnly(o, args) {
        fulfilledHandler.applyMethodSendOnly(o, undefined, args);
      },`,
  },
  {
    file,
    why: sendOnly,
    from: `        return queueMessage(vpid, prop, args, returnedP);
      },`,
    to: `        return queueMessage(vpid, prop, args, returnedP);
      },
      applyMethodSendOnly(_p, prop, args) {
        if (!handlerActive) {
          Fail\`the promise was settled before\`;
        }
        queueMessage(vpid, prop, args, undefined, true);
      },
      applyFunctionSendOnly(p, args) {
        unfulfilledHandler.applyMethodSendOnly(p, undefined, args);
      },`,
  },
  {
    file,
    why: sendOnly,
    from: '  function queueMessage(targetSlot, prop, args, returnedP) {',
    to: '  function queueMessage(targetSlot, prop, args, returnedP, isSendOnly = false) {',
  },
  {
    file,
    why: shallow,
    from: `    assertAcceptableSyscallCapdataSize([serMethargs]);
    serMethargs.slots.map(retainExportedVref);
`,
    to: `    assertAcceptableSyscallCapdataSize([serMethargs]);
    gcTools.insistShallow(serMethargs);
    serMethargs.slots.map(retainExportedVref);
`,
  },
  {
    file,
    why: sendOnly,
    from: `    const resultVPID = allocatePromiseID();
    lsdebug(\`Promise allocation \${forVatID}:\${resultVPID} in queueMessage\`);`,
    to: `    const resultVPID = isSendOnly ? undefined : allocatePromiseID();
    lsdebug(\`Promise allocation \${forVatID}:\${resultVPID} in queueMessage\`);`,
  },
  {
    file,
    why: sendOnly,
    from: '    const pRec = makePipelinablePromise(resultVPID);',
    to: '    const pRec = isSendOnly ? undefined : makePipelinablePromise(resultVPID);',
  },
  {
    file,
    why: sendOnly,
    from: `    importedVPIDs.set(resultVPID, harden({ ...pRec, promise: returnedP }));
    valToSlot.set(returnedP, resultVPID);
    slotToVal.set(resultVPID, new WeakRef(returnedP));
`,
    to: `    if (!isSendOnly) {
      importedVPIDs.set(resultVPID, harden({ ...pRec, promise: returnedP }));
      valToSlot.set(returnedP, resultVPID);
      slotToVal.set(resultVPID, new WeakRef(returnedP));
    }
`,
  },
  {
    file,
    why: sendOnly,
    from: '    syscall.subscribe(resultVPID);',
    to: '    if (isSendOnly) return undefined;\n    syscall.subscribe(resultVPID);',
  },
  {
    file,
    why: shallow,
    from: '        valueSer = m.serialize(value);',
    to: '        valueSer = m.serialize(value);\n        gcTools.insistShallow(valueSer);',
  },
  {
    file,
    why: shallow,
    from: '    const args = m.serialize(harden(completion));',
    to: '    const args = m.serialize(harden(completion));\n    gcTools.insistShallow(args);',
  },
  {
    file,
    why: shallow,
    from: '    const args = m.serialize(harden(reason));',
    to: '    const args = m.serialize(harden(reason));\n    gcTools.insistShallow(args);',
  },
  {
    file,
    why: shallow,
    from: '          assertAcceptableSyscallCapdataSize([serArgs]);',
    to: '          assertAcceptableSyscallCapdataSize([serArgs]);\n          gcTools.insistShallow(serArgs);',
  },
  {
    file: references,
    why: sweep,
    from: '  let idCountersAreDirty = false;\n',
    to: `  let idCountersAreDirty = false;
  let firstIDs = initialIDCounters;
  const isOld = (counter, id) => Number(id) < firstIDs[counter];
`,
  },
  {
    file: references,
    why: sweep,
    from: '      idCounters = { ...initialIDCounters, ...saved };',
    to: '      idCounters = { ...initialIDCounters, ...saved };\n      firstIDs = { ...idCounters };',
  },
  {
    file: references,
    why: sweep,
    from: '    flushIDCounters,\n    testHooks,',
    to: '    flushIDCounters,\n    isOld,\n    testHooks,',
  },
  {
    file: collections,
    why: oldKeys,
    from: `      const value = JSON.parse(rawValue);
      doMoreGC = value.slots.map(vrm.removeReachableVref).some(b => b);
      syscall.vatstoreDelete(recordKey);`,
    to: `      const { slots } = JSON.parse(rawValue);
      const counted = vrm.isOld('collectionID', collectionID)
        ? slots.filter(vref => vref.startsWith('o-') || vref.startsWith('o+d'))
        : slots;
      doMoreGC = counted.map(vrm.removeReachableVref).some(b => b);
      syscall.vatstoreDelete(recordKey);`,
  },
  {
    file: collections,
    why: marks,
    from: '    const schemata = { label };',
    to: `    if (!isDurable) {
      syscall.vatstoreSet(\`sweep.\${hasWeakKeys ? 'weak' : 'strong'}.\${collectionID}\`, vobjID);
    }
    const schemata = { label };`,
  },
  {
    file: collections,
    why: marks,
    from: '    schemaCache.delete(collectionID);\n    return doMoreGC;',
    to: `    schemaCache.delete(collectionID);
    if (!storeKindInfo[kindName].durable) {
      syscall.vatstoreDelete(\`sweep.\${storeKindInfo[kindName].hasWeakKeys ? 'weak' : 'strong'}.\${collectionID}\`);
    }
    return doMoreGC;`,
  },
];
