import { E, Far } from '@endo/far';

/** Bootstrap: every other static vat's root becomes public under the vat's name. */
export const buildRootObject = () =>
  Far('publisher', {
    bootstrap(vats, services) {
      const others = Object.entries(vats).filter(([name]) => name !== 'publisher');
      return Promise.all(others.map(([name, root]) => E(services.directory).publish(name, root)));
    },
  });
