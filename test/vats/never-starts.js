/** A root object that never comes. */
export const buildRootObject = () => new Promise(() => {});
