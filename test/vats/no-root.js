/** A module that is no contract. */
export const somethingElse = () => undefined;
