/** A vat asked for what no vat may have. Thrown while its syscalls are applied and caught only there: the crank aborts and the vat is terminated. */
export class IllegalSyscall extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'IllegalSyscall';
  }
}
