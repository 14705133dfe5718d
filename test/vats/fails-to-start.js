/** A start that throws. */
export const buildRootObject = () => {
  throw Error('this contract does not want to start');
};
