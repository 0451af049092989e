/** Runs asynchronous tasks one after the other, in the order in which they were added. */
export interface TaskQueue {
  /** Adds a task. Settles as the task does; a caller that does not look at the result leaves failures to the queue. */
  add<T>(task: () => Promise<T>): Promise<T>;
  /** Resolves when everything added so far has ended. */
  idle(): Promise<void>;
}

/**
 * Creates a queue. A task that fails does not hold up the next.
 *
 * @param handleFailure is told of every failure, before the next task starts
 */
export function createTaskQueue(handleFailure: (error: unknown) => void = () => {}): TaskQueue {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    add(task) {
      const result = tail.then(task);
      tail = result.catch(handleFailure);
      return result;
    },
    idle: async () => void (await tail),
  };
}
