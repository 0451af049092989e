/** The factor that `environment` asks for. @throws Error when SEAL_PATIENCE is no positive number */
export function readPatience(environment: { readonly SEAL_PATIENCE?: string; readonly CI?: string }): number;

/** A time limit for something that takes `ms` at most on a quiet machine, in ms. */
export function patient(ms: number): number;
