/** The closed table of kernel messages: what a wallet may sign, and under which amino name. */

/** Amino names are fixed for good: hardware wallets sign them. */
const aminoNames = {
  MsgInstallBundle: 'windlass/InstallBundle',
  MsgCreateVat: 'windlass/CreateVat',
  MsgInvoke: 'windlass/Invoke',
  MsgUpgradeVat: 'windlass/UpgradeVat',
  MsgTerminateVat: 'windlass/TerminateVat',
  MsgGrantCapability: 'windlass/Grant',
  MsgRenameCapability: 'windlass/Rename',
  MsgDropCapability: 'windlass/Drop',
  MsgResumeVat: 'windlass/ResumeVat',
  MsgRequestQuota: 'windlass/RequestQuota',
  MsgControl: 'windlass/Control',
  MsgUpdateParams: 'windlass/UpdateParams',
} as const;

export type KernelMessageName = keyof typeof aminoNames;

/** One row a message; the signer is always field 1. */
export const kernelMessages: readonly { readonly typeName: string; readonly typeUrl: string; readonly aminoName: string }[] =
  Object.entries(aminoNames).map(([name, aminoName]) => ({
    typeName: `windlass.kernel.v1.${name}`,
    typeUrl: typeUrlOf(name as KernelMessageName),
    aminoName,
  }));

/** `/windlass.kernel.v1.MsgInvoke`, for the typeUrl of an EncodeObject. */
export function typeUrlOf(name: KernelMessageName): string {
  return `/windlass.kernel.v1.${name}`;
}
