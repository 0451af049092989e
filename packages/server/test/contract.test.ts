import type {
  AnyProcedure,
  Mutation,
  Query,
  SealRouter,
  Tracked,
  UserProfile,
  userInputs,
} from '@seal-chat/protocol/api';
import { describe, expectTypeOf, test } from 'vitest';
import type { AppRouter } from '../src/index.ts';

/**
 * The server has the procedures of the contract in `protocol`, all of them and no others, with the same inputs and
 * answers. The comparison happens in types: `tsc -b` fails, and names the procedures that differ.
 */

/** Whether two types are the same, down to optional and read-only members; assignable is not enough. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** What a procedure of tRPC is, in the terms of the contract. */
interface ServerProcedure {
  readonly _def: { readonly type: string; readonly $types: { readonly input: unknown; readonly output: unknown } };
}
type KindOf<P> = P extends ServerProcedure ? P['_def']['type'] : never;
type InputOf<P> = P extends ServerProcedure ? P['_def']['$types']['input'] : never;
type OutputOf<P> = P extends ServerProcedure ? EventOf<P['_def']['$types']['output']> : never;
/** The events of a stream, tracked ones as the contract writes them; any other answer as it is. */
type EventOf<Output> =
  Output extends AsyncIterable<infer Event, void, void>
    ? Event extends { id: string; data: infer Data }
      ? Tracked<Data>
      : Event
    : Output;

type Member<T, Key> = Key extends keyof T ? T[Key] : object;
type Text<Key> = Key & string;

/** What is wrong with one procedure that both sides have. */
type ProcedureDifference<Path extends string, P, C> = C extends AnyProcedure
  ?
      | (Same<KindOf<P>, C['kind']> extends true ? never : `${Path}: another kind`)
      | (Same<InputOf<P>, C['input']> extends true ? never : `${Path}: another input`)
      | (Same<OutputOf<P>, C['output']> extends true ? never : `${Path}: another answer`)
  : never;

/** What is wrong with one router, as texts; `never` when nothing is. */
type RouterDifferences<Name extends string, Server, Expected> = {
  [Key in keyof Server | keyof Expected]: Key extends keyof Expected
    ? Key extends keyof Server
      ? ProcedureDifference<`${Name}.${Text<Key>}`, Server[Key], Expected[Key]>
      : `${Name}.${Text<Key>}: missing in the server`
    : `${Name}.${Text<Key>}: missing in the contract`;
}[keyof Server | keyof Expected];

type Differences<Server, Expected> = {
  [Key in keyof Server | keyof Expected]: RouterDifferences<Text<Key>, Member<Server, Key>, Member<Expected, Key>>;
}[keyof Server | keyof Expected];

type ServerProcedures = AppRouter['_def']['record'];

/** Compiles for `never` alone; of anything else the compiler's message says what it is. */
function expectNone<_Difference extends never>(): void {}

test('the server has exactly the procedures of the contract, with the same kinds, inputs and answers', () => {
  expectNone<Differences<ServerProcedures, SealRouter>>();
  // `any` would be compared with nothing.
  expectTypeOf<ServerProcedures>().not.toBeAny();
  expectTypeOf<SealRouter>().not.toBeAny();
});

describe('a difference between server and contract is named:', () => {
  /** The contract with another `search`. */
  type With<Procedure> = Omit<SealRouter, 'users'> & {
    readonly users: Omit<SealRouter['users'], 'search'> & { readonly search: Procedure };
  };
  type Search = typeof userInputs.search;
  type Profiles = readonly UserProfile[];

  test('a procedure that only the server has', () => {
    type Short = Omit<SealRouter, 'users'> & { readonly users: Omit<SealRouter['users'], 'search'> };
    expectTypeOf<Differences<ServerProcedures, Short>>().toEqualTypeOf<'users.search: missing in the contract'>();
  });

  test('a router that only the server has', () => {
    expectTypeOf<Differences<ServerProcedures, Omit<SealRouter, 'vault'>>>().toEqualTypeOf<
      'vault.unlock: missing in the contract' | 'vault.get: missing in the contract'
    >();
  });

  test('a procedure that only the contract has', () => {
    type Long = Omit<SealRouter, 'users'> & {
      readonly users: SealRouter['users'] & { readonly forget: Mutation<null, void> };
    };
    expectTypeOf<Differences<ServerProcedures, Long>>().toEqualTypeOf<'users.forget: missing in the server'>();
  });

  test('another kind', () => {
    expectTypeOf<
      Differences<ServerProcedures, With<Mutation<Search, Profiles>>>
    >().toEqualTypeOf<'users.search: another kind'>();
  });

  test('another input', () => {
    type Other = Query<typeof userInputs.profiles, Profiles>;
    expectTypeOf<Differences<ServerProcedures, With<Other>>>().toEqualTypeOf<'users.search: another input'>();
  });

  test('an answer with a member more, and one that lacks a member', () => {
    type More = Query<Search, readonly (UserProfile & { readonly age: number })[]>;
    type Less = Query<Search, readonly Omit<UserProfile, 'username'>[]>;
    expectTypeOf<Differences<ServerProcedures, With<More>>>().toEqualTypeOf<'users.search: another answer'>();
    expectTypeOf<Differences<ServerProcedures, With<Less>>>().toEqualTypeOf<'users.search: another answer'>();
  });

  test('an answer that is optional on one side', () => {
    type Maybe = Query<Search, Profiles | undefined>;
    expectTypeOf<Differences<ServerProcedures, With<Maybe>>>().toEqualTypeOf<'users.search: another answer'>();
  });
});
