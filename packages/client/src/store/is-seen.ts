/** Whether all of a name can be seen: no server takes one with characters that are not, nor does a device show it. */
export function isSeen(name: string): boolean {
  return !/[\p{C}\p{DI}]/u.test(name);
}
