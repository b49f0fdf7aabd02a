import { CombinedGraphQLErrors } from "@apollo/client/errors";

/** An error as a reader meets it. */
export interface Problem {
  readonly code: string;
  readonly text: string;
}

type Failure = CombinedGraphQLErrors["errors"][number];

const TEXTS: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: "The token was not accepted.",
  FORBIDDEN: "This token may not see this.",
  RATE_LIMITED: "The video service asked for a short pause.",
  STALE_CURSOR: "The list has changed a lot since this page was opened.",
  UPSTREAM_TIMEOUT: "The video service took too long to answer.",
  UPSTREAM_UNAVAILABLE: "The video service is not available right now.",
  UPSTREAM_INVALID_RESPONSE: "The video service sent something unreadable.",
};

const UNREACHABLE: Problem = { code: "UNREACHABLE", text: "The gateway cannot be reached." };

/** What kept a whole root field from being answered. */
export function problemOf(error: unknown): Problem {
  if (!CombinedGraphQLErrors.is(error)) return UNREACHABLE;
  const failure = error.errors.find(({ path }) => (path?.length ?? 0) <= 1) ?? error.errors[0];
  return failure ? describe(failure) : UNREACHABLE;
}

/** What kept single rows from being answered, by their place among the edges: the rest of the answer stands. */
export function problemsByEdge(error: unknown): ReadonlyMap<number, Problem> {
  const failures = CombinedGraphQLErrors.is(error) ? error.errors : [];
  return new Map(
    failures.flatMap((failure) => {
      const [, field, index] = failure.path ?? [];
      return field === "edges" && typeof index === "number" ? [[index, describe(failure)] as const] : [];
    }),
  );
}

function describe({ extensions, message }: Failure): Problem {
  const code = String(extensions?.["code"] ?? "UNKNOWN");
  return { code, text: TEXTS[code] ?? message };
}
