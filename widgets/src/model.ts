/** What the operations `panel` and `product` in `graphql/operations` answer. */

export interface Money {
  readonly amount: string;
  readonly currencyCode: string;
}

/** A change of the shopper's points; `reason` comes in their language. */
export interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly points: number;
  readonly occurredAt: string;
  readonly reason: string;
  readonly orderName: string | null;
  readonly base: Money | null;
  readonly rate: string | null;
}

export interface Member {
  readonly id: string;
  readonly balance: { readonly available: number; readonly pending: number; readonly lifetime: number };
  readonly transactions: { readonly nodes: readonly Entry[] };
}

/** A way to earn, worded by the API; `points` is null where it depends on what is bought. */
export interface Way {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  /** What bounds it, a sentence each. */
  readonly limits: readonly string[];
  readonly points: number | null;
}

export interface Program {
  readonly name: string;
  readonly waysToEarn: readonly Way[];
}

export interface Answer {
  readonly me: Member | null;
  readonly program: Program | null;
}

export interface ProductAnswer {
  readonly program: { readonly pointsFor: number | null } | null;
}
