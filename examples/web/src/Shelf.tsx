import { useCallback, useState } from "react";
import { Card, UnreadableCard } from "./Card";
import type { TaskFragment } from "./operations";
import type { Session } from "./session";
import { usePictures } from "./use-pictures";
import type { Edge } from "./use-tasks";

interface Props {
  edges: readonly Edge[];
  /** The cursor of the row before the first one. */
  after: string | null;
  /** How many rows stand before. */
  start: number;
  session: Session;
  onRestart: () => void;
  onOpen: (task: TaskFragment) => void;
}

/** A run of rows whose pictures are asked for together, once one of them is looked at. */
export function Shelf({ edges, after, start, session, onRestart, onOpen }: Props) {
  const [wanted, setWanted] = useState(false);
  const want = useCallback(() => setWanted(true), []);
  const pictures = usePictures(edges, after, wanted, session);
  return edges.map(({ cursor, node }, index) =>
    node ? (
      <Card
        key={cursor}
        task={node}
        position={start + index + 1}
        pictures={pictures.of(node.id)}
        problem={pictures.problemOf(node.id)}
        onSeen={want}
        onRetry={pictures.again}
        onRestart={onRestart}
        onOpen={onOpen}
      />
    ) : (
      <UnreadableCard key={cursor} />
    ),
  );
}
