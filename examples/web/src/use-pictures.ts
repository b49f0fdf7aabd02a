import { useQuery } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { PicturesDocument, type PicturesQuery } from "./operations";
import { type Problem, problemOf, problemsByEdge } from "./problem";
import { mayAsk, type Session, useAccess } from "./session";
import type { Edge } from "./use-tasks";

/** How many pictures a card shows. */
const PICTURES = 6;

export type Pictures = NonNullable<
  NonNullable<NonNullable<PicturesQuery["thumbnailTasks"]>["edges"][number]["node"]>["snapshots"]
>;

export interface ShelfPictures {
  of(taskId: string): Pictures | undefined;
  problemOf(taskId: string): Problem | undefined;
  readonly busy: boolean;
  again(): void;
}

/**
 * The pictures for a run of rows, in one request. The rows are addressed by their place in the list, which the gateway
 * has at hand, and not one by one: each costs one upstream call so, and two by its id.
 *
 * It is `no-cache` because its connection is another than that of the rows: the cache would take it for a page of them.
 */
export function usePictures(edges: readonly Edge[], after: string | null, wanted: boolean, session: Session): ShelfPictures {
  const access = useAccess(session);
  const [begun, setBegun] = useState(false);
  const { data, error, loading, refetch } = useQuery(PicturesDocument, {
    variables: { tasks: edges.length, after, pictures: PICTURES },
    skip: !begun,
    fetchPolicy: "no-cache",
    errorPolicy: "all",
    notifyOnNetworkStatusChange: true,
  });

  const free = mayAsk(access);
  useEffect(() => {
    if (wanted && free) setBegun(true);
  }, [wanted, free]);

  const retry = useRef(() => {});
  retry.current = error && begun && !loading ? () => void refetch() : () => {};
  useEffect(() => retry.current(), [access.round]);

  const answered = data?.thumbnailTasks;
  const whole = error && !answered ? problemOf(error) : undefined;
  const byEdge = problemsByEdge(error);
  const found = new Map<string, Pictures>();
  const failed = new Map<string, Problem>();
  answered?.edges.forEach(({ node }, index) => {
    const problem = byEdge.get(index);
    if (node?.snapshots) found.set(node.id, node.snapshots);
    else if (node && problem) failed.set(node.id, problem);
  });
  return {
    of: (id) => found.get(id),
    problemOf: (id) => {
      if (!begun) return free ? undefined : PAUSED;
      return failed.get(id) ?? (answered && !loading && !found.has(id) ? MOVED : whole);
    },
    busy: loading,
    again: () => void refetch(),
  };
}

const PAUSED: Problem = { code: "PAUSED", text: "The pictures will follow." };
const MOVED: Problem = { code: "MOVED", text: "This task has moved in the list." };
