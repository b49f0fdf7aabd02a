import { useQuery } from "@apollo/client/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { TasksDocument, type TasksQuery } from "./operations";
import { type Problem, problemOf } from "./problem";
import { mayAsk, type Session, useAccess } from "./session";

export const PAGE_SIZE = 12;

export type Edge = NonNullable<TasksQuery["thumbnailTasks"]>["edges"][number];

export interface Tasks {
  /** Another number after each restart: what was built upon the list before is out of date. */
  readonly generation: number;
  readonly edges: readonly Edge[];
  readonly totalCount: number | null;
  readonly truncated: boolean;
  readonly hasMore: boolean;
  readonly busy: boolean;
  /** Nothing can be asked now: for want of a token or of quota. */
  readonly paused: boolean;
  /** What kept the page that was asked for last from coming. */
  readonly problem: Problem | null;
  /** Asks for the next page; nothing where there is none, or while another is on its way. */
  more(): void;
  /** Asks once more for what failed. */
  again(): void;
  /** Forgets the list and reads it from its beginning. */
  restart(): Promise<void>;
}

/** The list, page by page. Row errors leave a null node in its place; a page that failed can be asked for again. */
export function useTasks(session: Session): Tasks {
  const access = useAccess(session);
  const { data, error, loading, fetchMore, refetch } = useQuery(TasksDocument, {
    variables: { first: PAGE_SIZE },
    errorPolicy: "all",
    notifyOnNetworkStatusChange: true,
  });
  const [failure, setFailure] = useState<Problem | null>(null);
  const [generation, setGeneration] = useState(0);
  const underWay = useRef(false);

  const list = data?.thumbnailTasks;
  const endCursor = list?.pageInfo.endCursor;
  const hasMore = list?.pageInfo.hasNextPage ?? false;
  const problem = failure ?? (list || !error ? null : problemOf(error));

  const ask = useCallback(async (question: () => Promise<{ data?: unknown; error?: unknown }>) => {
    if (underWay.current) return false;
    underWay.current = true;
    setFailure(null);
    try {
      const answer = await question();
      const answered = (answer.data as TasksQuery | undefined)?.thumbnailTasks;
      if (!answered) setFailure(problemOf(answer.error));
      return answered != null;
    } catch (thrown) {
      setFailure(problemOf(thrown));
      return false;
    } finally {
      underWay.current = false;
    }
  }, []);

  const restart = useCallback(async () => {
    if (await ask(() => refetch())) setGeneration((before) => before + 1);
  }, [ask, refetch]);
  const next = useCallback(
    () => ask(() => fetchMore({ variables: { after: endCursor }, errorPolicy: "all" })),
    [ask, endCursor, fetchMore],
  );
  const again = list ? next : restart;

  const retry = useRef<() => void>(() => {});
  retry.current = problem ? () => void again() : () => {};
  useEffect(() => {
    if (access.round > 1) retry.current();
  }, [access.round]);

  return {
    generation,
    edges: list?.edges ?? [],
    totalCount: list?.totalCount ?? null,
    truncated: list?.truncated ?? false,
    hasMore,
    busy: loading,
    paused: !mayAsk(access),
    problem,
    more: () => {
      if (hasMore && !problem && !loading && mayAsk(access)) void next();
    },
    again: () => void again(),
    restart,
  };
}
