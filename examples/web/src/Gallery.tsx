import { useCallback, useRef, useState } from "react";
import { Notices } from "./Notices";
import type { TaskFragment } from "./operations";
import type { Session } from "./session";
import { Shelf } from "./Shelf";
import { PAGE_SIZE, useTasks } from "./use-tasks";
import { useNear } from "./use-seen";
import { Viewer } from "./Viewer";
import { counted, grouped } from "./words";

interface Props {
  session: Session;
  home: string;
  tokenUrl: string;
}

export function Gallery({ session, home, tokenUrl }: Props) {
  const tasks = useTasks(session);
  const [open, setOpen] = useState<TaskFragment | null>(null);
  const close = useCallback(() => setOpen(null), []);
  const { generation, restart: readAnew } = tasks;
  const restart = useCallback(() => {
    window.scrollTo({ top: 0 });
    void readAnew();
  }, [readAnew]);
  const shelves = Array.from({ length: Math.ceil(tasks.edges.length / PAGE_SIZE) }, (_, index) => index * PAGE_SIZE);
  const total = tasks.totalCount;

  return (
    <main aria-busy={tasks.busy}>
      <header>
        {home ? <a className="name" href={home}>vod-graphql-gateway</a> : <p className="name">vod-graphql-gateway</p>}
        <h1>Snapshot gallery</h1>
        <p className="lede">
          {total === null ? "What the platform saw, task by task." : `${counted(total, "task")} and what they saw.`}
        </p>
      </header>
      <ul className="cards" aria-label="Snapshot tasks">
        {shelves.map((start) => {
          const after = tasks.edges[start - 1]?.cursor ?? null;
          const edges = tasks.edges.slice(start, start + PAGE_SIZE);
          return <Shelf key={`${generation}/${after}`} {...{ edges, after, start, session }} onRestart={restart} onOpen={setOpen} />;
        })}
        {tasks.edges.length === 0 && tasks.busy && Array.from({ length: 8 }, (_, index) => <Ghost key={index} />)}
      </ul>
      <ListEnd tasks={tasks} restart={restart} />
      <p role="status" className="unseen">
        {tasks.edges.length > 0 && `${grouped(tasks.edges.length)} tasks shown${total === null ? "" : ` of ${grouped(total)}`}.`}
      </p>
      <Notices session={session} tokenUrl={tokenUrl} />
      {open?.taskId && <Viewer task={open} taskId={open.taskId} session={session} onClose={close} />}
    </main>
  );
}

/** What stands in a card's place until there is one. */
function Ghost() {
  return (
    <li className="card" aria-hidden="true">
      <div className="frame waiting" />
      <div className="caption" />
    </li>
  );
}

const HANDLED_BY_NOTICES = new Set(["UNAUTHENTICATED", "RATE_LIMITED"]);

function ListEnd({ tasks, restart }: { tasks: ReturnType<typeof useTasks>; restart: () => void }) {
  const sentinel = useRef<HTMLDivElement>(null);
  useNear(sentinel, tasks.more);
  const { problem, hasMore, busy, paused, edges } = tasks;

  return (
    <div className="list-end" ref={sentinel}>
      {problem && !HANDLED_BY_NOTICES.has(problem.code) && (
        <div className="trouble" role="alert">
          <p>{problem.text}</p>
          {problem.code === "STALE_CURSOR" ? (
            <button type="button" className="button" onClick={restart}>Start again from the top</button>
          ) : (
            <button type="button" className="button" onClick={tasks.again}>Try again</button>
          )}
        </div>
      )}
      {!problem && hasMore && !paused && (
        <button type="button" className="button" disabled={busy} onClick={tasks.more}>
          {busy ? "Loading…" : "Load more"}
        </button>
      )}
      {!problem && !hasMore && !busy && !paused && <p className="quiet">{endText(edges.length, tasks.truncated)}</p>}
    </div>
  );
}

function endText(shown: number, truncated: boolean): string {
  if (truncated) return "The list goes on, but the platform shows no more of it here.";
  return shown === 0 ? "There are no snapshot tasks yet." : "That is all of them.";
}
