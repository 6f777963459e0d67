// Keeps what goes wrong in the tap away from the program, where its host asks for that.

/** Runs `task`; gives its result, or undefined where it failed and the failure was told. */
export type Guard = <T>(task: () => T) => T | undefined;

/** Failures go their way: for hosts whose user can be told nothing better. */
export const unguarded: Guard = (task) => task();

/** Failures are told to `onFailure` and go no further. */
export function guardedBy(onFailure: ((error: unknown) => void) | undefined): Guard {
  if (onFailure === undefined) return unguarded;
  return (task) => {
    try {
      return task();
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
}
