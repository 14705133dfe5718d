import { Far } from '@endo/far';

/** Answers with what it was given. */
export const buildRootObject = () =>
  Far('echo', {
    ping: () => undefined,
    echo: value => value,
    echoAll: (...values) => values,
    makeFacet: label => Far(`facet ${label}`, { label: () => label }),
    length: text => text.length,
  });
