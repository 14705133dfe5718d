import { E, Far } from '@endo/far';

/** A bootstrap vat that makes, upgrades and ends vats through the service it was given. */
export const buildRootObject = () => {
  let given;
  const children = new Map();
  return Far('boot', {
    bootstrap: (vats, services) => {
      given = { vats, services };
      return E(services.directory).publish('sys.boot', Far('greeter', { greet: () => `vats: ${Object.keys(vats).join(' ')}, services: ${Object.keys(services).join(' ')}` }));
    },
    publishSelf: self => E(given.services.directory).publish('boot', self),
    make: async (name, bundleId, options) => {
      const child = await E(given.services.vats).createVat(bundleId, options);
      children.set(name, child);
      return child.root;
    },
    admin: (name, method, ...args) => E(children.get(name).admin)[method](...args),
    call: (name, method, ...args) => E(children.get(name).root)[method](...args),
    toOther: (method, ...args) => E(given.vats.other)[method](...args),
  });
};
